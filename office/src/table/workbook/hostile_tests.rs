use super::tests::{SHEET, changed, parts, read_all, read_whole, refusal, small, zipped};
use crate::table::Table;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};
use yaohao::fault::{Code, Result};
use zip::write::SimpleFileOptions;

#[test]
fn what_is_no_workbook_is_named() {
    let format = |parts: &[(&str, &[u8])]| match refusal(&zipped(parts)) {
        (Code::IntakeFormat, text) => text,
        other => panic!("{other:?}"),
    };
    assert!(format(&[("a.txt", b"a")]).contains("a ZIP archive"));
    assert!(format(&[("word/document.xml", b"<a/>"), ("word/vbaProject.bin", b"")]).contains("a Word document"));
    assert!(format(&[("ppt/presentation.xml", b"<a/>")]).contains("a presentation"));
    assert!(format(&[("xl/workbook.bin", b"")]).contains("an xlsb workbook"));
    assert!(
        format(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]).contains("an OpenDocument table")
    );
    assert!(format(&[("Index/Document.iwa", b"")]).contains("Numbers"));
    assert!(format(&[("OFD.xml", b"<a/>")]).contains("an OFD document"));
}

#[test]
fn macros_are_refused() {
    let typed = changed(&small(), "[Content_Types].xml", |xml| {
        let plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
        xml.replace(plain, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    });
    assert_eq!(refusal(&typed).0, Code::IntakeMacro);
    let stored = zipped(&[("xl/workbook.xml", "<workbook/>"), ("xl/vbaProject.bin", "")]);
    assert_eq!(refusal(&stored).0, Code::IntakeMacro);
}

#[test]
fn an_encrypted_workbook_is_named_so() {
    let bytes = include_bytes!("../../../../fixtures/intake/encrypted.xlsx");
    assert_eq!(refusal(bytes).0, Code::IntakeEncrypted);
}

#[test]
fn bombs_are_recognised_while_they_unfold() {
    let begun = Instant::now();
    // 400 MB of nothing, as a sheet and as a picture that nobody looks at
    for part in [SHEET, "xl/media/image1.png"] {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
        zip.start_file(part, SimpleFileOptions::default()).unwrap();
        for _ in 0..400 {
            zip.write_all(&vec![0; 1 << 20]).unwrap();
        }
        let mut bytes = zip.finish().unwrap().into_inner();
        let (code, text) = refusal(&bytes);
        assert_eq!(code, Code::IntakeLimit);
        assert!(text.contains(part), "{text}");
        // nor does it help to call it small: both places of the size, in the directory and before the part
        let size = u32::to_le_bytes(400 << 20);
        let mut lies = 0;
        while let Some(at) = bytes.windows(4).position(|window| window == size) {
            bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            lies += 1;
        }
        assert!(lies > 0);
        assert!(matches!(refusal(&bytes).0, Code::IntakeLimit | Code::IntakeDamaged));
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn claims_of_many_parts_or_strings_are_not_believed() {
    let end = |bytes: &[u8]| bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    for (claim, code) in [(60_000_u16, Code::IntakeLimit), (u16::MAX, Code::IntakeDamaged)] {
        let mut bytes = small();
        let at = end(&bytes);
        for place in [at + 8, at + 10] {
            bytes[place..place + 2].copy_from_slice(&claim.to_le_bytes());
        }
        assert_eq!(refusal(&bytes).0, code);
    }
    let strings = changed(&small(), "xl/sharedStrings.xml", |xml| {
        let (before, behind) = xml.split_once("uniqueCount=\"").unwrap();
        format!("{before}uniqueCount=\"99999999999{behind}")
    });
    assert_eq!(refusal(&strings).0, Code::IntakeDamaged);
}

#[test]
fn damage_is_a_fault_and_never_a_panic() {
    let bytes = small();
    assert!(read_all(&bytes).is_ok());
    torture(&bytes, 200, 500);
}

#[test]
fn damage_behind_a_right_checksum_is_a_fault_too() {
    let (file, parts) = (tempfile::NamedTempFile::new().unwrap(), parts(&small()));
    for (index, (name, bytes)) in parts.iter().enumerate() {
        for flip in 0..40 {
            let mut bad = parts.clone();
            bad[index].1[bytes.len() * flip / 40] ^= 1 << (flip % 8);
            let _ = tried(file.path(), &zipped(&bad), name, flip);
        }
        let mut bad = parts.clone();
        bad[index].1.truncate(bytes.len() / 2);
        let _ = tried(file.path(), &zipped(&bad), name, bytes.len() / 2);
    }
}

/// Cuts and flips bytes; every reading must end soon, and with a fault if it does not succeed.
pub(super) fn torture(bytes: &[u8], cuts: usize, flips: usize) {
    let file = tempfile::NamedTempFile::new().unwrap();
    for cut in 1..cuts {
        let at = bytes.len() * cut / cuts;
        // the last bytes of an old workbook may be padding
        let read = tried(file.path(), &bytes[..at], "cut at", at);
        assert!(read.is_err() || at + 4096 > bytes.len(), "cut at {at}");
    }
    for flip in 0..flips {
        let at = bytes.len() * flip / flips;
        for mask in [0x01, 0x80, 0xff] {
            let mut bad = bytes.to_vec();
            bad[at] ^= mask;
            // whether it is one is what the test is about
            let _ = tried(file.path(), &bad, "flip at", at);
        }
    }
}

/// Reads bytes from a file that is there, which is much faster than a new one each time.
fn tried(file: &Path, bytes: &[u8], what: &str, at: usize) -> Result<usize> {
    std::fs::write(file, bytes).unwrap();
    let begun = Instant::now();
    let read = std::panic::catch_unwind(|| read_whole(Table::open(file)?));
    assert!(begun.elapsed() < Duration::from_secs(1), "{what} {at}: {:?}", begun.elapsed());
    read.unwrap_or_else(|_| panic!("{what} {at}"))
}
