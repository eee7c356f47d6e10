use super::*;
use crate::watch::Silent;
use parquet::basic::{Encoding, ZstdLevel};
use parquet::data_type::FixedLenByteArray;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A row: its number and its cells.
type Cells = (u64, Vec<(Form, String)>);

/// The values of a column in one row group, with levels and starts where it has them.
enum Values<'a> {
    Flag(&'a [bool]),
    Int32(&'a [i32]),
    Int64(&'a [i64]),
    Int96(&'a [Int96]),
    Float(&'a [f32]),
    Double(&'a [f64]),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// A column of one row group: values, levels, starts.
type Written<'a> = (Values<'a>, &'a [i16], &'a [i16]);

fn texts(texts: &[&str]) -> Values<'static> {
    Values::Bytes(texts.iter().map(|text| ByteArray::from(*text)).collect())
}

fn plain() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

fn file(schema: &str, properties: WriterPropertiesBuilder, groups: &[Vec<Written<'_>>]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for (values, levels, starts) in columns {
            let levels = Some(*levels).filter(|levels| !levels.is_empty());
            let starts = Some(*starts).filter(|starts| !starts.is_empty());
            let mut column = group.next_column().unwrap().unwrap();
            match values {
                Values::Flag(values) => column.typed::<BoolType>().write_batch(values, levels, starts),
                Values::Int32(values) => column.typed::<Int32Type>().write_batch(values, levels, starts),
                Values::Int64(values) => column.typed::<Int64Type>().write_batch(values, levels, starts),
                Values::Int96(values) => column.typed::<Int96Type>().write_batch(values, levels, starts),
                Values::Float(values) => column.typed::<FloatType>().write_batch(values, levels, starts),
                Values::Double(values) => column.typed::<DoubleType>().write_batch(values, levels, starts),
                Values::Bytes(values) => column.typed::<ByteArrayType>().write_batch(values, levels, starts),
                Values::Fixed(values) => column.typed::<FixedLenByteArrayType>().write_batch(values, levels, starts),
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn open(bytes: &[u8]) -> Result<Parquet> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Parquet::open(file.path())
}

fn read(bytes: &[u8]) -> Result<Vec<Cells>> {
    rows(&mut open(bytes)?)
}

fn rows(parquet: &mut Parquet) -> Result<Vec<Cells>> {
    let mut rows = Vec::new();
    parquet.read(100, &Silent, &mut |batch| {
        for row in batch.rows() {
            rows.push((row.number, row.cells().map(|cell| (cell.form, cell.text.to_owned())).collect()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

/// The cells of one column under its name.
fn column(schema: &str, values: Values<'_>, levels: &[i16], starts: &[i16]) -> Result<Vec<(Form, String)>> {
    let schema = format!("message m {{ {schema} }}");
    let rows = read(&file(&schema, plain(), &[vec![(values, levels, starts)]]))?;
    Ok(rows.into_iter().skip(1).map(|(_, cells)| cells[0].clone()).collect())
}

fn cells(form: Form, texts: &[&str]) -> Vec<(Form, String)> {
    texts.iter().map(|text| (form, (*text).to_owned())).collect()
}

#[test]
fn values_are_shown_as_an_office_writes_them() {
    use Form::{Date, Error, Flag, Number, Text};
    let check = |schema: &str, values: Values<'_>, form: Form, expected: &[&str]| {
        assert_eq!(column(schema, values, &[], &[]).unwrap(), cells(form, expected), "{schema}");
    };
    check("required boolean x;", Values::Flag(&[true, false]), Flag, &["TRUE", "FALSE"]);
    check("required int32 x;", Values::Int32(&[0, -7, i32::MAX]), Number, &["0", "-7", "2147483647"]);
    check("required int32 x (INTEGER(16, true));", Values::Int32(&[-7]), Number, &["-7"]);
    check("required int32 x (INTEGER(32, false));", Values::Int32(&[-1]), Number, &["4294967295"]);
    check("required int64 x;", Values::Int64(&[i64::MIN]), Number, &["-9223372036854775808"]);
    check("required int64 x (INTEGER(64, false));", Values::Int64(&[-1]), Number, &["18446744073709551615"]);
    check("required float x;", Values::Float(&[0.1, 12.0]), Number, &["0.1", "12"]);
    let doubles = [12.0, -0.0, 0.1, 1e-7, 9.1e17, -2.5];
    check(
        "required double x;",
        Values::Double(&doubles),
        Number,
        &["12", "0", "0.1", "0.0000001", "910000000000000000", "-2.5"],
    );
    check("required double x;", Values::Double(&[f64::NAN, f64::INFINITY]), Error, &["NaN", "inf"]);
    check(
        "required int32 x (DECIMAL(9, 2));",
        Values::Int32(&[1200, -5, 0, 1250]),
        Number,
        &["12", "-0.05", "0", "12.5"],
    );
    check("required int64 x (DECIMAL(18, 0));", Values::Int64(&[-120]), Number, &["-120"]);
    let bytes = |bytes: &[u8]| Values::Bytes(vec![ByteArray::from(bytes.to_vec())]);
    check("required binary x (DECIMAL(38, 3));", bytes(&[0xff, 0xfe]), Number, &["-0.002"]);
    check("required binary x (DECIMAL(38, 3));", bytes(&[0; 20]), Number, &["0"]);
    let fixed = |bytes: &[u8]| Values::Fixed(vec![FixedLenByteArray::from(bytes.to_vec())]);
    let schema = "required fixed_len_byte_array(16) x (DECIMAL(38, 38));";
    check(schema, fixed(&i128::to_be_bytes(-1)), Number, &[&format!("-0.{}1", "0".repeat(37))]);
    check(
        "required int32 x (DATE);",
        Values::Int32(&[20_458, 0, -1]),
        Date,
        &["2026-01-05", "1970-01-01", "1969-12-31"],
    );
    // what has no zone is what the clock showed, and midnight is a date
    let times = [1_767_619_800_000, 1_767_571_200_000, 1_767_571_200_050];
    let shown = ["2026-01-05 13:30:00", "2026-01-05", "2026-01-05 00:00:00.05"];
    check("required int64 x (TIMESTAMP(MILLIS, false));", Values::Int64(&times), Date, &shown);
    check("required int64 x (TIMESTAMP(NANOS, false));", Values::Int64(&[1]), Date, &["1970-01-01 00:00:00.000000001"]);
    // midnight in Beijing, as Spark writes it; in the summer of 1988 too
    let instants = [1_767_542_400_000_000, 583_686_000_000_000];
    let shown = ["2026-01-05", "1988-07-01"];
    check("required int64 x (TIMESTAMP(MICROS, true));", Values::Int64(&instants), Date, &shown);
    check("required int64 x (TIMESTAMP_MICROS);", Values::Int64(&instants), Date, &shown);
    let mut old = [Int96::new(), Int96::new()];
    let nanoseconds: u64 = 57_600_000_000_000;
    old[0].set_data(nanoseconds as u32, (nanoseconds >> 32) as u32, 2_440_588 + 20_457);
    old[1].set_data(1_000_000_000, 0, 2_440_588 + 20_457);
    check("required int96 x;", Values::Int96(&old), Date, &["2026-01-05", "2026-01-04 08:00:01"]);
    check("required int32 x (TIME(MILLIS, false));", Values::Int32(&[48_600_500]), Text, &["13:30:00.5"]);
    check("required binary x (STRING);", texts(&["", "企业, \"A\"\n"]), Text, &["", "企业, \"A\"\n"]);
    check("required binary x (ENUM);", texts(&["a"]), Text, &["a"]);
    check("required binary x (JSON);", texts(&["{}"]), Text, &["{}"]);
    let uuid = *b"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0";
    check("required fixed_len_byte_array(16) x (UUID);", fixed(&uuid), Text, &["12345678-9abc-def0-1234-56789abcdef0"]);
}

#[test]
fn what_is_missing_is_empty_and_lists_are_joined() {
    let optional = column("optional binary x (STRING);", texts(&["甲", ""]), &[1, 0, 1], &[]);
    assert_eq!(optional.unwrap(), cells(Form::Text, &["甲", "", ""]));
    let number = column("optional int64 x;", Values::Int64(&[5]), &[0, 1], &[]).unwrap();
    assert_eq!(number, [(Form::Text, String::new()), (Form::Number, "5".to_owned())]);
    // [甲, 乙], missing, empty, [missing, 丙], [missing]
    let (levels, starts) = ([3, 3, 0, 1, 2, 3, 2], [0, 1, 0, 0, 0, 1, 0]);
    let list = "optional group x (LIST) { repeated group list { optional binary element (STRING); } }";
    let joined = column(list, texts(&["甲", "乙", "丙"]), &levels, &starts).unwrap();
    assert_eq!(joined, cells(Form::Text, &["甲;乙", "", "", "丙", ""]));
    for old in ["optional group x (LIST) { repeated binary array (STRING); }", "repeated binary x (STRING);"] {
        let full = if old.starts_with("optional") { 2 } else { 1 };
        let joined = column(old, texts(&["甲", "乙", "丙"]), &[full, full, 0, full], &[0, 1, 0, 0]).unwrap();
        assert_eq!(joined, cells(Form::Text, &["甲;乙", "", "丙"]), "{old}");
    }
}

#[test]
fn rows_are_numbered_as_in_a_table_across_row_groups() {
    #[derive(Debug)]
    struct Count(Mutex<(Option<u64>, u64, u64)>);
    impl Watch for Count {
        fn begin(&self, work: Work, _: &str, total: Option<u64>) {
            assert_eq!(work, Work::Read);
            self.0.lock().unwrap().0 = total;
        }
        fn advance(&self, units: u64) {
            self.0.lock().unwrap().1 += units;
        }
        fn end(&self) {
            self.0.lock().unwrap().2 += 1;
        }
    }
    let numbers: Vec<i64> = (2..5002).collect();
    let names: Vec<ByteArray> = numbers.iter().map(|number| ByteArray::from(number.to_string().as_str())).collect();
    let group = |range: std::ops::Range<usize>| {
        vec![
            (Values::Int64(&numbers[range.clone()]), &[][..], &[][..]),
            (Values::Bytes(names[range].to_vec()), &[][..], &[][..]),
        ]
    };
    let groups = [group(0..1), group(1..1025), group(1025..1025), group(1025..5000)];
    let schema = "message m { required int64 代码; required binary 名称 (STRING); }";
    for properties in [plain(), plain().set_data_page_row_count_limit(100).set_write_batch_size(50)] {
        let mut parquet = open(&file(schema, properties, &groups)).unwrap();
        // the same twice: a table may be read again
        for _ in 0..2 {
            let count = Count(Mutex::new((None, 0, 0)));
            let (mut next, mut sizes) = (1, Vec::new());
            let read = parquet.read(1000, &count, &mut |batch| {
                sizes.push(batch.len());
                for row in batch.rows() {
                    assert_eq!(row.number, next);
                    let expected = next.to_string();
                    let expected = if next == 1 { ["代码", "名称"] } else { [expected.as_str(); 2] };
                    assert_eq!([row.cell(0).text, row.cell(1).text], expected);
                    next += 1;
                }
                Ok(ControlFlow::Continue(()))
            });
            read.unwrap();
            assert_eq!((next, sizes), (5002, vec![1000, 1000, 1000, 1000, 1000, 1]));
            assert_eq!(*count.0.lock().unwrap(), (Some(5001), 5001, 1));
        }
        let mut calls = 0;
        let count = Count(Mutex::new((None, 0, 0)));
        let mut stop = |_: &Batch| {
            calls += 1;
            Ok(ControlFlow::Break(()))
        };
        assert_eq!(parquet.read(7, &count, &mut stop), Ok(()));
        let fault = parquet.read(7, &count, &mut |_| Err(Fault::new(Code::IntakeEmpty))).unwrap_err();
        assert_eq!((fault.code(), calls, count.0.lock().unwrap().2), (Code::IntakeEmpty, 1, 2));
    }
}

#[test]
fn what_is_no_cell_is_refused_by_name() {
    let refused = |schema: &str| {
        let fault = open(&file(&format!("message m {{ required int32 a; {schema} }}"), plain(), &[])).err().unwrap();
        assert_eq!((fault.code(), fault.place().2), (Code::IntakeFormat, Some("照片")), "{schema}");
        fault.fill("{found}")
    };
    assert_eq!(refused("required binary 照片;"), "a Parquet file with a column 照片 of BYTE_ARRAY");
    assert_eq!(refused("optional binary 照片 (BSON);"), "a Parquet file with a column 照片 of BYTE_ARRAY (Bson)");
    assert_eq!(
        refused("required fixed_len_byte_array(3) 照片;"),
        "a Parquet file with a column 照片 of FIXED_LEN_BYTE_ARRAY"
    );
    assert_eq!(refused("required group 照片 { required int32 x; }"), "a Parquet file with a column 照片 of structures");
    let map = "required group 照片 (MAP) { repeated group key_value { required binary key (STRING); required int32 value; } }";
    assert_eq!(refused(map), "a Parquet file with a column 照片 of maps");
    let list = "required group 照片 (LIST) { repeated group list { required int32 element; } }";
    assert_eq!(refused(list), "a Parquet file with a column 照片 of lists of INT32");
    let list = "required group 照片 (LIST) { repeated group list { required group element (LIST) { repeated group list { required binary element (STRING); } } } }";
    assert_eq!(refused(list), "a Parquet file with a column 照片 of nested lists");
}

#[test]
fn a_bad_cell_is_refused_where_it_is() {
    let place = |schema: &str, values: Values<'_>| {
        let fault = column(schema, values, &[], &[]).unwrap_err();
        (fault.code(), fault.place().1, fault.place().2.map(str::to_owned))
    };
    let at = |code, row| (code, Some(row), Some("x".to_owned()));
    let gbk = Values::Bytes(vec![ByteArray::from("a"), ByteArray::from(vec![0xd6, 0xd0])]);
    assert_eq!(place("required binary x (STRING);", gbk), at(Code::IntakeEncoding, 3));
    let long = "长".repeat(CELL_CHARACTERS + 1);
    assert_eq!(place("required binary x (STRING);", texts(&["a", "b", &long])), at(Code::IntakeLong, 4));
    assert_eq!(place("required int32 x (DATE);", Values::Int32(&[i32::MAX])), at(Code::IntakeDate, 2));
    assert_eq!(
        place("required int64 x (TIMESTAMP(MILLIS, true));", Values::Int64(&[i64::MAX])),
        at(Code::IntakeDate, 2)
    );
    assert_eq!(place("required int32 x (TIME(MILLIS, false));", Values::Int32(&[-1])), at(Code::IntakeDamaged, 2));
    let wide = Values::Bytes(vec![ByteArray::from(vec![1; 17])]);
    assert_eq!(place("required binary x (DECIMAL(38, 0));", wide), at(Code::IntakeDamaged, 2));
    let longest = "长".repeat(CELL_CHARACTERS);
    assert_eq!(column("required binary x (STRING);", texts(&[&longest]), &[], &[]).unwrap()[0].1, longest);
}

/// Files that use all that a reader may stumble over.
fn samples() -> Vec<Vec<u8>> {
    let schema = "message m { required binary 代码 (STRING); optional binary 名称 (STRING); optional int32 人数;
        optional group 类别 (LIST) { repeated group list { optional binary element (STRING); } } }";
    let codes = || texts(&["A1", "A2", "A3", "A4", "A4", "A4"]);
    let names = || texts(&["甲公司", "乙公司", "甲公司", "甲公司二"]);
    let sets = || texts(&["x", "y", "z", "x", "x"]);
    let group = || {
        vec![
            (codes(), &[][..], &[][..]),
            (names(), &[1, 0, 1, 1, 1, 0][..], &[][..]),
            (Values::Int32(&[3, 2, 1]), &[1, 1, 1, 0, 0, 0][..], &[][..]),
            (sets(), &[3, 3, 0, 1, 3, 2, 3, 3][..], &[0, 1, 0, 0, 0, 0, 0, 1][..]),
        ]
    };
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let second = |encoding| {
        let properties = plain().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
        properties
            .set_column_encoding("人数".into(), Encoding::DELTA_BINARY_PACKED)
            .set_column_encoding("代码".into(), encoding)
    };
    [
        plain(),
        plain().set_dictionary_enabled(false),
        plain().set_compression(Compression::SNAPPY),
        plain().set_compression(zstd),
        second(Encoding::DELTA_LENGTH_BYTE_ARRAY),
        second(Encoding::DELTA_BYTE_ARRAY).set_compression(Compression::LZ4_RAW),
        second(Encoding::DELTA_BYTE_ARRAY),
    ]
    .map(|properties| file(schema, properties, &[group(), group()]))
    .to_vec()
}

#[test]
fn all_ways_of_writing_read_the_same() {
    let files = samples();
    let first = read(&files[0]).unwrap();
    assert_eq!(first.len(), 13);
    let texts = |row: &Cells| row.1.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&first[1]), ["A1", "甲公司", "3", "x;y"]);
    assert_eq!(texts(&first[12]), ["A4", "", "", "x;x"]);
    for file in &files {
        assert_eq!(read(file).unwrap(), first);
    }
}

/// Reads what may be broken: whatever comes, it comes soon and is no panic.
fn survives(bytes: &[u8], what: &dyn Fn() -> String) -> Option<Fault> {
    let begin = Instant::now();
    let fault = read(bytes).err();
    assert!(begin.elapsed() < Duration::from_secs(2), "{} took {:?}", what(), begin.elapsed());
    fault
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    for (sample, bytes) in samples().iter().enumerate() {
        for length in 0..bytes.len() {
            let fault = survives(&bytes[..length], &|| format!("sample {sample} cut to {length}"));
            let Some(fault) = fault else { panic!("sample {sample} cut to {length} was read") };
            assert!(matches!(fault.code(), Code::IntakeDamaged | Code::IntakeLimit), "{fault}");
        }
    }
}

#[test]
fn a_byte_that_flipped_does_no_harm() {
    for (sample, bytes) in samples().iter().enumerate() {
        for index in 0..bytes.len() {
            for mask in [0x01, 0x80] {
                let mut bytes = bytes.clone();
                bytes[index] ^= mask;
                survives(&bytes, &|| format!("sample {sample}, byte {index} ^ {mask:x}"));
            }
        }
    }
}

/// A file with nothing but a schema, of nodes that claim to have so many children.
fn claimed(children: &[u32]) -> Vec<u8> {
    let mut footer = vec![0x15, 2, 0x19, 0xfc];
    let varint = |mut value: u32, out: &mut Vec<u8>| {
        while value >= 0x80 {
            out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    };
    varint(children.len() as u32, &mut footer);
    for children in children {
        footer.extend(b"\x35\0\x18\x01a");
        footer.push(0x15);
        varint(children * 2, &mut footer);
        footer.push(0);
    }
    // no rows in no row groups
    footer.extend(b"\x16\0\x19\x0c\0");
    let size = footer.len() as u32;
    [&b"PAR1"[..], &footer, &size.to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn a_schema_that_claims_the_impossible_is_refused() {
    let check = |children: &[u32]| open(&claimed(children)).map(drop).map_err(|fault| fault.code());
    // an empty structure in a column is a schema, though none for us
    assert_eq!(check(&[1, 1, 0]), Err(Code::IntakeFormat));
    // memory for this many children would be reserved, and not be had
    assert_eq!(check(&[0x3fff_ffff, 0]), Err(Code::IntakeDamaged));
    assert_eq!(check(&[2, 0]), Err(Code::IntakeDamaged));
    assert_eq!(check(&[1, 0, 0]), Err(Code::IntakeDamaged));
    // nobody's stack is so deep
    let deep = [vec![1; 1_000_000], vec![0]].concat();
    assert_eq!(check(&deep), Err(Code::IntakeDamaged));
    let mut long = claimed(&[1, 0]);
    let end = long.len();
    long[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(open(&long).map(drop).map_err(|fault| fault.code()), Err(Code::IntakeDamaged));
}

#[test]
fn a_file_of_another_writer_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/intake/good/pyarrow.parquet");
    let rows = rows(&mut Parquet::open(&path).unwrap()).unwrap();
    use Form::{Date, Flag, Number, Text};
    let expected: [(u64, Vec<(Form, &str)>); 4] = [
        (
            1,
            [
                "统一社会信用代码",
                "名称",
                "地区",
                "类别",
                "从业人数",
                "注册资本",
                "成立日期",
                "核准时间",
                "信用分",
                "重点",
            ]
            .map(|name| (Text, name))
            .to_vec(),
        ),
        (
            2,
            vec![
                (Text, "91330100MA00000018"),
                (Text, "杭州示例\"甲\"有限公司, 一部"),
                (Text, "杭州市"),
                (Text, "食品;餐饮"),
                (Number, "12"),
                (Number, "1234567.5"),
                (Date, "2018-03-01"),
                (Date, "2026-01-05 13:30:00"),
                (Number, "0.5"),
                (Flag, "TRUE"),
            ],
        ),
        (
            3,
            vec![
                (Text, "91330200MA00000026"),
                (Text, "宁波示例乙厂"),
                (Text, "宁波市"),
                (Text, ""),
                (Number, "0"),
                (Number, "50"),
                (Date, "1988-07-01"),
                (Date, "2026-01-05"),
                (Number, "98"),
                (Flag, "FALSE"),
            ],
        ),
        (4, [vec![(Text, "91330300MA00000034")], vec![(Text, ""); 9]].concat()),
    ];
    let shown: Vec<(u64, Vec<(Form, &str)>)> = rows
        .iter()
        .map(|(row, cells)| (*row, cells.iter().map(|(form, text)| (*form, text.as_str())).collect()))
        .collect();
    assert_eq!(shown, expected);
}
