"""Files of which something is proposed: a plain panel, a French one, one with names, a Stata file, a questionnaire."""

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

PANEL = "firm,year,sales,grant\n" + "".join(
    f"F{firm},{year},{100 + 7 * firm + (year - 2010) * (firm % 3) + firm * year % 11}.5,"
    f"{int(firm < 4 and year >= 2012)}\n"
    for firm in range(1, 13)
    for year in range(2010, 2015)
)


FRENCH = "entreprise;année;chiffre d'affaires;salarié\n" + "".join(
    f"Atelier n°{firm};{year};{1000 + firm * 11 + year % 7},5;{'oui' if firm % 2 else 'non'}\n"
    for firm in range(1, 9)
    for year in (2010, 2011, 2012)
)


NAMED = "artisan_id,nom,telephone,wave,sales\n" + "".join(
    f"A{n // 3},Nom {n // 3},06{n // 3:08d},{n % 3 + 1},{n * 1.5}\n" for n in range(60)
)


def stata(path):
    frame = pd.DataFrame(
        {
            "firm": np.repeat([1.0, 2.0, 3.0, 4.0], 3),
            "wave": np.tile([1.0, 2.0, 3.0], 4),
            "sales": [10.5, 11, -99, 12, 13.5, 15, 14, 16, 18, 20, 21.5, -99],
            "city": [1.0, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 9],
            "export": [0.0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0],
        }
    )
    pyreadstat.write_dta(
        frame,
        str(path),
        column_labels={"sales": "Ventes du trimestre"},
        variable_value_labels={
            "sales": {-99: "Refus"},
            "city": {1: "Fès", 2: "Marrakech", 9: "Ne sait pas"},
            "export": {0: "Non", 1: "Oui"},
        },
    )


def form(path):
    book = xlsxwriter.Workbook(str(path))
    sheets = {
        "survey": [
            ["type", "name", "label::English (en)", "label::Français (fr)", "constraint", "relevant"],
            ["text", "artisan_id", "Artisan", "Artisan", "", ""],
            ["begin group", "g", "Sales", "Ventes", "", ""],
            ["decimal", "ca", "Revenue", "Chiffre d'affaires", ". >= 0 and . <= 100000", ""],
            ["integer", "vague", "Wave", "Vague", "", ""],
            ["end group", "", "", "", "", ""],
            ["select_one yn", "export", "Exports?", "Exporte ?", "", ""],
            ["select_one city", "ville", "City", "Ville", "", ""],
            ["select_multiple markets", "marches", "Markets", "Marchés", "", "${export} = '1'"],
        ],
        "choices": [
            ["list_name", "name", "label::English (en)", "label::Français (fr)"],
            ["yn", "1", "Yes", "Oui"], ["yn", "0", "No", "Non"], ["yn", "-99", "Refused", "Refus"],
            ["city", "fes", "Fes", "Fès"], ["city", "mar", "Marrakech", "Marrakech"],
            ["markets", "dom", "Domestic", "Intérieur"], ["markets", "exp", "Abroad", "Étranger"],
        ],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
