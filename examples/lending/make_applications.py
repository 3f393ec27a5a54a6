"""Writes applications.csv: 4,000 invented loan applications, with the traps that real ones have.

Nobody in it exists. The district says much about a person's ethnicity (a proxy); the new model asks more of shop loans,
which one group takes more often (compare like with like); a few people did not say their ethnicity.

    python make_applications.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

ROWS = 4_000
DISTRICTS = ("North", "Harbour", "Old Town", "South", "Hills")


def main() -> None:
    """Draw the applications and write them beside this file."""
    draw = np.random.default_rng(2026)
    ethnicity = draw.choice(["Green", "Blue", "Red"], ROWS, p=[0.62, 0.26, 0.12])
    sex = draw.choice(["female", "male"], ROWS)
    age = draw.integers(19, 76, ROWS)
    living = {"Green": [0.4, 0.2, 0.2, 0.1, 0.1], "Blue": [0.1, 0.2, 0.1, 0.5, 0.1], "Red": [0.1, 0.1, 0.1, 0.2, 0.5]}
    district = np.array([draw.choice(DISTRICTS, p=living[group]) for group in ethnicity])
    loan = np.where(draw.random(ROWS) < np.where(ethnicity == "Blue", 0.6, 0.3), "shop", "bank")
    income = draw.lognormal(np.where(ethnicity == "Green", 10.45, 10.3), 0.35)
    worth = 0.9 * (np.log(income) - 10.3) + 0.012 * (age - 45) - 0.35 * (loan == "shop") + 0.75
    paid_back = draw.random(ROWS) < 1 / (1 + np.exp(-2.4 * worth))
    seen = 2.4 * worth - 0.35 * (district == "South") + draw.normal(0, 0.5, ROWS)
    score = np.round(1 / (1 + np.exp(-seen)), 2)
    new = np.round(1 / (1 + np.exp(-(seen - 0.5 * ((age < 25) & (sex == "female"))))), 2)
    said = draw.random(ROWS) > 0.04
    with (Path(__file__).parent / "applications.csv").open("w", newline="", encoding="utf-8") as stream:
        write = csv.writer(stream, lineterminator="\n")
        write.writerow(
            ["ethnicity", "sex", "age", "district", "loan", "income", "score", "offered", "offered_before", "paid_back"]
        )
        for place in range(ROWS):
            write.writerow(
                [
                    ethnicity[place] if said[place] else "",
                    sex[place],
                    age[place],
                    district[place],
                    loan[place],
                    int(round(float(income[place]), -2)),
                    f"{new[place]:.2f}",
                    int(new[place] >= 0.6),
                    int(score[place] >= 0.6),
                    int(paid_back[place]),
                ]
            )


if __name__ == "__main__":
    main()
