# benchmarks/mathematics_table.py -- the times of docs/numerics.md, out of the JSON of mathematics_benchmark
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 benchmarks/mathematics_table.py benchmarks/results/FOLDER/mathematics.json
import json
import pathlib
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "numerics.md"
BEGIN, END = "<!-- measured times: begin -->", "<!-- measured times: end -->"
LEVELS = ("baseline", "avx2", "avx512")

rows = {}
for row in json.loads(pathlib.Path(sys.argv[1]).read_text())["nanoseconds"]:
    rows.setdefault(row["function"], {})[row["dtype"], row["level"], row["n"]] = row


def ratio(row):
    return f"{row['ratio']:.2f} {row['fastest']}" if row.get("ratio") else ""


def cells(of, dtype):
    for level in LEVELS:
        yield f"{of[dtype, level, 'L1']['trireme']:.2f}"
    for level in LEVELS[1:]:
        yield " / ".join(filter(None, (ratio(of[dtype, level, n]) for n in ("L1", "1e7"))))


lines = ["| | f32: " + " | ".join(LEVELS) + " | avx2: ratio | avx512: ratio | f64: " + " | ".join(LEVELS) +
         " | avx2: ratio | avx512: ratio |", "|---" * 11 + "|"]
for name, of in rows.items():
    lines.append("| " + " | ".join([name, *cells(of, "f32"), *cells(of, "f64")]) + " |")
text = PAGE.read_text()
before, rest = text.split(BEGIN)
PAGE.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])
