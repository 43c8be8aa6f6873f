"""What was worked out from an array is worked out once, never told of another, and gone when the array is."""

import gc

import numpy as np

from impact.estimators.latest import WhileItLives


def test_an_answer_is_worked_out_once_for_each_array_and_name():
    known, asked = WhileItLives(), []
    one, equal = np.arange(3), np.arange(3)

    def answer(word):
        asked.append(word)
        return word

    assert known.of(one, "a", lambda: answer("first")) == "first"
    assert known.of(one, "a", lambda: answer("again")) == "first"
    assert known.of(one, "b", lambda: answer("other name")) == "other name"
    assert known.of(equal, "a", lambda: answer("other array")) == "other array"
    assert asked == ["first", "other name", "other array"]


def test_answers_go_with_their_array_though_another_takes_its_place():
    known = WhileItLives()
    for number in range(200):  # arrays of one size take the place in memory of the one before
        array = np.full(3, number)
        assert known.of(array, "a", lambda array=array: int(array[0])) == number
        del array
    gc.collect()
    assert not known._found
