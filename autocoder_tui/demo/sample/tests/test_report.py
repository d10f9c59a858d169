import argparse
import contextlib
import io
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import report  # noqa: E402


class ReportTest(unittest.TestCase):
    def setUp(self):
        self.orders, self.problems = report.read_orders(ROOT / "data" / "orders.csv")

    def test_every_order_is_read(self):
        self.assertEqual(len(self.orders), 8)
        self.assertEqual(self.problems, [])

    def test_sums_by_product_are_sorted_by_revenue(self):
        rows = report.summarize(self.orders, "product")
        self.assertEqual([row.name for row in rows][:2], ["Teapot", "Oolong tea"])
        self.assertEqual(rows[0].cents, 9000)

    def test_since_leaves_out_older_orders(self):
        recent = report.select(self.orders, since="2024-03-01")
        self.assertEqual(len(recent), 5)

    def test_the_text_report_ends_with_the_total(self):
        rows = report.summarize(self.orders, "customer")
        text = report.render_text(rows, "customer")
        self.assertTrue(text.rstrip().endswith("229.40"))

    def test_top_0_leaves_nothing_out(self):
        args = argparse.Namespace(
            file=ROOT / "data" / "orders.csv",
            by="product",
            since=None,
            until=None,
            top=0,
            json=False,
        )
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            report.run(args)
        self.assertIn("229.40", printed.getvalue())


if __name__ == "__main__":
    unittest.main()
