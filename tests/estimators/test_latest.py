"""What was worked out from an array is worked out once, never told of another, and gone when the array is."""

import gc
import weakref

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


def test_no_array_is_given_the_answers_of_one_whose_place_in_memory_it_took():
    known, places = WhileItLives(), set()
    for number in range(200):
        array = np.full(3, number)
        places.add(id(array))
        assert known.of(array, "a", lambda array=array: int(array[0])) == number
        del array
    assert len(places) < 200  # else nothing was shown


def test_an_answer_goes_with_its_array():
    known, array = WhileItLives(), np.arange(3)
    answer = weakref.ref(known.of(array, "a", lambda: np.arange(4)))
    gc.collect()
    assert answer() is not None
    del array
    gc.collect()
    assert answer() is None
