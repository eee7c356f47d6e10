#!/usr/bin/env python3
"""Writes fixtures/intake/good/pyarrow.parquet, a register by another writer than ours. Needs pyarrow; the file is kept in
the repository, so that nobody else does."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = {
    "统一社会信用代码": (pa.string(), ["91330100MA00000018", "91330200MA00000026", "91330300MA00000034"]),
    "名称": (pa.large_string(), ['杭州示例"甲"有限公司, 一部', "宁波示例乙厂", None]),
    "地区": (pa.dictionary(pa.int32(), pa.string()), ["杭州市", "宁波市", None]),
    "类别": (pa.list_(pa.string()), [["食品", "餐饮"], [], None]),
    "从业人数": (pa.int64(), [12, 0, None]),
    "注册资本": (pa.decimal128(18, 2), [Decimal("1234567.50"), Decimal("50.00"), None]),
    "成立日期": (pa.date32(), [dt.date(2018, 3, 1), dt.date(1988, 7, 1), None]),
    "核准时间": (pa.timestamp("us"), [dt.datetime(2026, 1, 5, 13, 30), dt.datetime(2026, 1, 5), None]),
    "信用分": (pa.float64(), [0.5, 98.0, None]),
    "重点": (pa.bool_(), [True, False, None]),
}
table = pa.table({name: pa.array(values, kind) for name, (kind, values) in COLUMNS.items()})
target = Path(__file__).parent.parent / "fixtures/intake/good/pyarrow.parquet"
pq.write_table(table, target, compression="snappy")
