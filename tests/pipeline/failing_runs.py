"""Fifty ways in which the small project of the canaries is refused: the files, the declarations, each kind of rule, the panel."""

from canaries import PERSON, REVENUE

CASES = {}


def case(error, command="intake"):
    """Keep a change of the project under its own name, with the error that it ends in and the command that meets it."""

    def kept(change):
        CASES[change.__name__] = (change, error, command)
        return change

    return kept


@case("UnparsableValueError")
def a_name_among_amounts(p):
    p.put("revenue", PERSON["nom"])


@case("UnparsableValueError")
def an_e_mail_among_periods(p):
    p.put("quarter", PERSON["email"])


@case("UnparsableValueError")
def a_telephone_among_days(p):
    p.put("seen", PERSON["gsm"])


@case("UnparsableValueError")
def a_name_among_categories(p):
    p.put("status", PERSON["nom"])


@case("UnparsableValueError")
def an_amount_that_is_no_whole_number(p):
    p.columns["revenue"]["type"] = "integer"


@case("UnparsableValueError")
def a_name_that_is_true_or_false(p):
    p.columns["status"] = {"type": "boolean"}
    p.put("status", PERSON["nom"])


@case("RangeError")
def an_amount_beyond_the_range(p):
    p.columns["revenue"]["maximum"] = 48_000


@case("MissingColumnError")
def a_column_that_is_not_there(p):
    p.columns["size"] = {"type": "number"}


@case("MissingColumnError")
def a_file_without_a_header(p):
    p.spoiled["survey.csv"] = lambda content: content.split(b"\n", 1)[1]


@case("SourceError")
def a_row_with_a_cell_too_many(p):
    p.spoiled["survey.csv"] = lambda content: content + f"{PERSON['nom']};".encode() * 12 + b"\n"


@case("SourceError")
def a_quote_that_swallows_rows(p):
    p.spoiled["survey.csv"] = lambda content: content.replace(b"Zoulikha", b'"Zoulikha', 1)


@case("SourceError")
def letters_of_another_encoding(p):
    p.spoiled["survey.csv"] = lambda content: content.decode().encode("cp1252")


@case("SourceError")
def a_damaged_workbook(p):
    p.intake["sources"]["survey"]["file"] = "survey.xlsx"
    p.spoiled["survey.xlsx"] = lambda _: b"PK\x03\x04" + PERSON["nom"].encode() * 50


@case("SourceError")
def a_header_that_repeats(p):
    p.spoiled["fair.csv"] = lambda content: (
        PERSON["nom"].encode() + b"," + PERSON["nom"].encode() + b"\n" + content
    )


@case("UnparsableValueError")
def identity_numbers_that_look_alike(p):
    p.put("cin", PERSON["cin"].lower(), row=2)


@case("PrivacyError")
def names_without_a_reason(p):
    p.intake["sources"]["survey"]["identifiers"].pop("nom")


@case("PrivacyError")
def telephone_numbers_under_another_heading(p):
    p.survey = p.survey.rename(columns={"gsm": "contact"})
    p.columns["contact"] = p.columns.pop("gsm")
    p.intake["sources"]["survey"]["identifiers"].pop("gsm")
    p.intake["rules"][-1]["columns"][1] = "contact"


@case("PrivacyError")
def names_that_would_reach_the_panel(p):
    p.intake["rules"].pop()


@case("PrivacyError")
def names_that_would_reach_it_by_another_name(p):
    p.rule("recode", column="nom", new="who", type="string", codes={"x": "y"}, others="keep")


@case("PrivacyError")
def no_key(p):
    p.without_key = True


@case("SchemaError")
def an_order_of_texts(p):
    p.rule("keep", where=[{"column": "nom", "above": "a"}])


@case("MissingColumnError")
def a_condition_on_nothing(p):
    p.rule("drop", where=[{"column": "name", "filled": True}])


@case("DuplicateKeyError")
def rows_that_repeat(p):
    p.rule("duplicates", on=["nom"])


@case("DuplicateKeyError")
def rows_that_repeat_and_differ(p):
    p.rule("duplicates", on=["nom"], keep="identical")


@case("MissingValueError")
def participants_that_are_no_firms(p):
    p.fair.loc[99] = [f"{PERSON['nom']} Fils", "2012Q4"]
    p.merge["unmatched_with"] = "refuse"


@case("MissingValueError")
def firms_that_did_not_take_part(p):
    p.merge["unmatched"] = "refuse"


@case("DuplicateKeyError")
def participants_named_twice(p):
    p.fair.loc[99] = [PERSON["nom"], "2012Q4"]


@case("DuplicateKeyError")
def participants_that_become_one(p):
    p.fair.loc[99] = [PERSON["nom"].upper(), "2012Q4"]


@case("DuplicateKeyError")
def a_merge_of_one_with_many(p):
    p.merge["expect"] = "one_to_one"


@case("SchemaError")
def a_confirmed_stranger(p):
    p.pairs += f"{PERSON['email']},{PERSON['nom']},yes,KB\n"


@case("SchemaError")
def a_confirmed_contradiction(p):
    p.pairs += f"{PERSON['nom']},FATIMA Squalli,yes,KB\n"


@case("UnparsableValueError")
def an_answer_that_is_none(p):
    p.pairs += f"{PERSON['nom']},FATIMA Squalli,{PERSON['gsm']},KB\n"


@case("SchemaError")
def columns_of_two_types_made_rows(p):
    p.rule(
        "wide_to_long",
        period="t",
        frequency="year",
        columns={"v": {"2011": "nom", "2012": "revenue"}},
    )


@case("SchemaError")
def tables_of_two_types_appended(p):
    p.intake["sources"]["fair"]["columns"]["revenue"] = {"column": "first", "type": "string"}
    p.intake["rules"].insert(0, {"rule": "append", "tables": ["survey", "fair"], "into": "both"})


@case("ImpactError")
def a_code_that_is_not_recoded(p):
    p.rule("recode", column="nom", new="arm", type="string", codes={"x": "y"}, others="refuse")


@case("ImpactError")
def a_code_that_is_no_arm(p):
    p.rule(
        "arms", column="nom", new="start", starts={"x": "2012Q4"}, never=["y"], frequency="quarter"
    )


@case("ImpactError")
def a_sum_with_a_name(p):
    p.rule("sum", columns=["revenue", "nom"], new="total")


@case("ImpactError")
def a_difference_with_a_name(p):
    p.rule("subtract", column="revenue", minus="nom", new="rest")


@case("ImpactError")
def a_logarithm_of_nothing(p):
    p.put("revenue", 0)
    p.rule("log", column="revenue", new="log_revenue")


@case("ImpactError")
def a_correction_of_no_row(p):
    why = {"en": "typed wrongly", "fr": "erreur de saisie"}
    where = [{"column": "revenue", "is": 1}]
    p.rule(
        "correct",
        column="revenue",
        new="right",
        corrections=[{"where": where, "value": 2, "why": why}],
    )


@case("ImpactError")
def the_tails_of_names(p):
    p.rule("winsorise", column="nom", new="capped", upper=0.9)


@case("ImpactError")
def names_read_as_periods(p):
    p.rule("read_period", column="nom", new="when", frequency="quarter", written=["Q4 2010"])


@case("ImpactError")
def a_start_read_off_amounts(p):
    p.rule(
        "first_period", column="revenue", unit="firm", time="quarter", new="start", marks="start"
    )


@case("ImpactError")
def a_name_with_the_separator_in_it(p):
    p.rule("join_texts", columns=["nom", "status"], new="both")


@case("SchemaError")
def pseudonyms_of_amounts(p):
    p.rule("pseudonymise", column="revenue", new="who")


@case("MissingColumnError")
def forgetting_what_is_not_there(p):
    p.rule("forget", columns=["name"])


@case("DuplicateKeyError", "plan")
def a_firm_twice_in_a_quarter(p):
    p.survey.loc[len(p.survey)] = p.survey.loc[3]


@case("MissingValueError", "plan")
def a_quarter_without_revenue(p):
    p.put("revenue", None)


@case("VaryingCohortError", "plan")
def a_start_that_changes(p):
    p.put("nom", PERSON["nom"], row=485)


@case("NoComparisonError", "plan")
def nobody_left_to_compare_with(p):
    p.merge["unmatched"] = "drop"


@case("RangeError", "plan")
def an_amount_beyond_the_range_of_the_schema(p):
    p.schema["columns"]["revenue"]["maximum"] = REVENUE - 1


@case("UsageError", "plan")
def an_outcome_that_is_none(p):
    p.plan["outcomes"] = ["sales"]
