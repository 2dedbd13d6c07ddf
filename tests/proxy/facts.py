"""Facts are functions, named as what they show; their names are what is printed when they do not hold."""
import sys
import traceback


def expect(holds, text):
    if not holds:
        raise AssertionError(text)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def try_each(self, facts, surroundings, *arguments):
        for fact in facts:
            try:
                fact(*arguments)
                self.passed += 1
            except Exception:
                self.failed += 1
                print(f"FAILED: {surroundings}: {fact.__name__.replace('_', ' ')}")
                traceback.print_exc(file=sys.stdout)

    def exit(self):
        """With the last line that scripts/test counts by."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
