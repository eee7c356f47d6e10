//! What several targets do.

use std::ops::ControlFlow;
use std::path::PathBuf;
use yaohao_office::table::Table;
use yaohao_office::watch::Silent;

/// A file of this process in memory, where there is such a place: tables are opened by path.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("yaohao-fuzz-{}", std::process::id()))
}

/// Opens a table and reads all there is in it. What comes must keep to what readers promise.
pub fn read(bytes: &[u8]) {
    let path = scratch();
    std::fs::write(&path, bytes).expect("a place for the table");
    if let Ok(mut table) = Table::open(&path) {
        let sheets = table.about().sheets;
        let sheets: Vec<Option<&str>> =
            if sheets.is_empty() { vec![None] } else { sheets.iter().map(|sheet| Some(sheet.as_str())).collect() };
        for sheet in sheets {
            let _ = table.merged(sheet);
            let mut before = 0;
            let _ = table.read(sheet, 64, &Silent, &mut |batch| {
                assert!(!batch.is_empty(), "an empty batch");
                for row in batch.rows() {
                    assert!(row.number > before, "row {} behind row {before}", row.number);
                    before = row.number;
                    assert!(row.cells().all(|cell| cell.text.chars().count() <= 32_767), "a cell without end");
                }
                Ok(ControlFlow::Continue(()))
            });
        }
    }
}

/// A workbook from its parts, unpacked: random changes of a packed one go no further than its sums. Each part is
/// `0x1e`, its name, LF, its content. What begins as an archive is one already.
pub fn workbook(input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;
    if input.starts_with(b"PK") {
        return input.to_vec();
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for part in input.split(|byte| *byte == 0x1e).skip(1) {
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let name = String::from_utf8_lossy(&part[..end]);
        // the same name twice is refused by this writer, not by readers
        if archive.start_file(name, stored).is_ok() {
            let _ = archive.write_all(part.get(end + 1..).unwrap_or_default());
        }
    }
    archive.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}
