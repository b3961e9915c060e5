#!/usr/bin/env python3
"""failed_tests.py FILE...: of what ctest wrote as JUnit, the tests that failed, each with the end of what it said."""
import sys
import xml.etree.ElementTree as xml

LINES = 30


def main():
    for file in sys.argv[1:]:
        for case in xml.parse(file).getroot().iter("testcase"):
            if case.get("status") == "fail":
                said = (case.findtext("system-out") or "").rstrip().splitlines()
                print(f"\n-- {case.get('name')} ({file})", *said[-LINES:], sep="\n")


if __name__ == "__main__":
    main()
