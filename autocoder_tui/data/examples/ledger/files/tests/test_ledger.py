import unittest

import ledger


class Balance(unittest.TestCase):
    def test_whole_amounts(self):
        entries = ledger.read(["2026-01-02; rent; -700", "2026-01-31; pay; 2100"])
        self.assertEqual(ledger.balance(entries), 1400)


if __name__ == "__main__":
    unittest.main()
