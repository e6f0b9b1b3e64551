#!/usr/bin/env python3
"""How far the confidence of a verdict may be believed.

    jcabot inspect --json DIR... | reliability.py DIR... [--threshold 0.35]

Each DIR holds NAME.eml files and labels.jsonl. Prints, for each tenth of confidence, how many kinds were right; then how many right
ones lie below the threshold (they go to a person needlessly) and how many wrong ones do (they go to a person as they should).
What cannot be told by its kind (unclassified) goes to a person whatever its confidence, and is left out. Standard library only.
"""
import json
import sys
from pathlib import Path


def main(argv):
    threshold = 0.35
    if "--threshold" in argv:
        at = argv.index("--threshold")
        threshold = float(argv[at + 1])
        del argv[at:at + 2]
    gold = {}
    for folder in map(Path, argv):
        for line in filter(str.strip, (folder / "labels.jsonl").read_text("utf-8").splitlines()):
            label = json.loads(line)
            gold[folder.name, label["file"]] = label["kind"]
    rows = []
    for line in filter(str.strip, sys.stdin):
        told = json.loads(line)
        path = Path(told["file"])
        wanted = gold.get((path.parent.name, path.name))
        if wanted and told["kind"] != "unclassified":
            rows.append((told["confidence"], told["kind"] == wanted))
    print("confidence  letters  right")
    for tenth in range(10):
        inside = [right for confidence, right in rows if tenth / 10 <= confidence < (tenth + 1) / 10 or (tenth == 9 and confidence >= 1)]
        if inside:
            print(f"{tenth / 10:.1f} - {(tenth + 1) / 10:.1f}  {len(inside):7}  {sum(inside) / len(inside):.3f}")
    for name, wanted in (("right", True), ("wrong", False)):
        some = [confidence for confidence, right in rows if right == wanted]
        below = sum(confidence < threshold for confidence in some)
        print(f"{name} below {threshold}: {below} of {len(some)} ({below / max(1, len(some)):.3f})")


if __name__ == "__main__":
    main(sys.argv[1:])
