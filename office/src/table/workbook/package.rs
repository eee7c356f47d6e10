//! The ZIP archive that a workbook of Excel 2007 and later is, measured before any of it is unpacked for good.

use super::scan::Scan;
use super::xml::{Tag, tags};
use super::{damaged, limit};
use crate::table::guard::guarded;
use crate::table::{Merged, SMALL_PART_BYTES, UNPACKED_BYTES, UNPACKED_RATIO};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use yaohao::fault::{Code, Fault, Result};
use zip::ZipArchive;
use zip::result::ZipError;

/// Most parts of a workbook. One with a picture in every row comes near it.
const PARTS: usize = 10_000;
/// Bytes unpacked at once.
const BLOCK: usize = 64 << 10;
/// The end of an archive may stand so far from the end of the file: its record, and the longest comment.
const END: u64 = 22 + (1 << 16);
/// Bytes of the list of what the parts are.
const TYPES: u64 = 4 << 20;

/// What was learnt of a workbook while it was measured.
pub(super) struct Package {
    /// Merged cells by the part that is the sheet.
    merged: BTreeMap<String, Vec<Merged>>,
    /// The part of each sheet.
    sheets: BTreeMap<String, String>,
    recalculates: bool,
}

impl Package {
    /// Unpacks everything once into nothing, and stops where it becomes too much. Sizes are counted, never believed.
    pub(super) fn measure<F: Read + Seek>(mut file: F) -> Result<Self> {
        let bytes = file.seek(SeekFrom::End(0)).map_err(damaged)?;
        refuse_many_parts(&mut file, bytes)?;
        let mut archive = guarded(|| ZipArchive::new(file))?.map_err(damaged)?;
        if archive.len() > PARTS {
            return Err(limit("parts of the workbook", archive.len(), PARTS));
        }
        recognise(&mut archive)?;
        // parts that share their bytes are a trap: little to read, and no end of unpacking
        let mut packed = 0_u64;
        for index in 0..archive.len() {
            let part = guarded(|| archive.by_index_raw(index).map(|part| part.compressed_size()))?;
            packed = packed.saturating_add(part.map_err(damaged)?);
        }
        if packed > bytes {
            return Err(damaged("its parts together are larger than the file"));
        }
        let (mut total, mut merged, mut kept) = (0, BTreeMap::new(), BTreeMap::new());
        for index in 0..archive.len() {
            let (name, scan) = guarded(|| pass(&mut archive, index, bytes, &mut total)).flatten()?;
            match scan {
                Scan::Merged(found) if !found.is_empty() => drop(merged.insert(name, found)),
                Scan::Keep(bytes) => drop(kept.insert(name, String::from_utf8_lossy(&bytes).into_owned())),
                _ => {}
            }
        }
        let workbook = main_part(&kept);
        let sheets = sheets(&kept, &workbook);
        let recalculates = kept.get(&workbook).is_some_and(|xml| recalculates(xml));
        Ok(Self { merged, sheets, recalculates })
    }

    /// Merged cells of the first rows of a sheet, unless it has some and it is unknown which part it is.
    pub(super) fn merged(&self, sheet: &str) -> Option<Vec<Merged>> {
        if self.merged.is_empty() {
            return Some(Vec::new());
        }
        let part = self.sheets.get(sheet)?;
        Some(self.merged.get(part).cloned().unwrap_or_default())
    }

    /// Whether all formulas are to be computed when the workbook is opened: then what is saved with them need not be
    /// their results.
    pub(super) fn recalculates(&self) -> bool {
        self.recalculates
    }
}

/// The zip crate makes room for as many parts as an archive claims to have.
fn refuse_many_parts(file: &mut (impl Read + Seek), bytes: u64) -> Result<()> {
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(bytes.saturating_sub(END))).map_err(damaged)?;
    file.read_to_end(&mut tail).map_err(damaged)?;
    for end in tail.windows(22).filter(|window| window.starts_with(b"PK\x05\x06")) {
        let (numbers, places) = end.get(8..20).unwrap_or_default().split_at(4);
        // where these are full, the true ones stand elsewhere; a workbook of the size that is read needs no such thing
        if numbers.chunks(2).any(|count| count == [0xff; 2]) || places.chunks(4).any(|place| place == [0xff; 4]) {
            return Err(damaged("the end of the archive is that of a much larger one"));
        }
        let count =
            numbers.chunks(2).map(|count| count.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
        if let Some(most) = count.max().filter(|most| *most > PARTS) {
            return Err(limit("parts of the workbook", most, PARTS));
        }
    }
    Ok(())
}

/// Refuses what is no workbook, and one with macros.
fn recognise<F: Read + Seek>(archive: &mut ZipArchive<F>) -> Result<()> {
    let names: Vec<String> = archive.file_names().filter_map(|name| name.ok().map(|name| lower(&name))).collect();
    let types = text_of(archive, "[Content_Types].xml").to_ascii_lowercase();
    let any = |is: &dyn Fn(&str) -> bool| names.iter().any(|name| is(name));
    let is_main =
        |kind: &&str| kind.ends_with(".main+xml") && (kind.contains("spreadsheetml") || kind.contains("ms-excel"));
    let main: Vec<&str> = types.split('"').filter(is_main).collect();
    if !main.is_empty() || any(&|name| name == "xl/workbook.xml") {
        let has_macros = main.iter().any(|kind| kind.contains("macroenabled"))
            || types.contains("macrosheet")
            || any(&|name| name.ends_with("vbaproject.bin"));
        return if has_macros { Err(Fault::new(Code::IntakeMacro)) } else { Ok(()) };
    }
    let open_document = text_of(archive, "mimetype");
    Err(found(if any(&|name| name == "xl/workbook.bin") {
        "an xlsb workbook"
    } else if any(&|name| name.starts_with("word/")) {
        "a Word document"
    } else if any(&|name| name.starts_with("ppt/")) {
        "a presentation"
    } else if open_document.contains("opendocument.spreadsheet") {
        "an OpenDocument table"
    } else if open_document.contains("opendocument") {
        "an OpenDocument document"
    } else if any(&|name| name.ends_with(".iwa")) {
        "a document of Numbers, Pages or Keynote"
    } else if any(&|name| name == "ofd.xml") {
        "an OFD document"
    } else {
        "a ZIP archive"
    }))
}

fn found(found: &str) -> Fault {
    Fault::new(Code::IntakeFormat).fact("found", found)
}

/// The beginning of a small part; empty if there is none.
fn text_of<F: Read + Seek>(archive: &mut ZipArchive<F>, name: &str) -> String {
    let mut bytes = Vec::new();
    if let Ok(part) = archive.by_name(name) {
        // what is damaged is found when the part is measured
        let _ = part.take(TYPES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Unpacks a part into nothing, and looks at what passes.
fn pass<F: Read + Seek>(
    archive: &mut ZipArchive<F>,
    index: usize,
    file_bytes: u64,
    total: &mut u64,
) -> Result<(String, Scan)> {
    let mut part = archive.by_index(index).map_err(|error| unread(&error))?;
    let name = lower(&part.name().map_err(damaged)?);
    let packed = part.compressed_size().clamp(1, file_bytes);
    let mut scan = Scan::of(&name);
    let (mut bytes, mut again, mut buffer) = (0, 0, vec![0; BLOCK]);
    loop {
        let room = buffer.get_mut(again..).unwrap_or_default();
        let new = part.read(room).map_err(|error| damaged(format_args!("{name}: {error}")))?;
        if new == 0 {
            break;
        }
        let new_bytes = u64::try_from(new).unwrap_or(u64::MAX);
        bytes += new_bytes;
        *total += new_bytes;
        if *total > UNPACKED_BYTES {
            return Err(limit("unpacked bytes of the workbook", format_args!("over {UNPACKED_BYTES}"), UNPACKED_BYTES));
        }
        if bytes > SMALL_PART_BYTES && bytes / packed > UNPACKED_RATIO {
            let what = format!("unpacked bytes for each packed one in {name}");
            return Err(limit(what, format_args!("over {UNPACKED_RATIO}"), UNPACKED_RATIO));
        }
        let filled = again + new;
        again = scan.take(buffer.get(..filled).unwrap_or_default(), again);
        buffer.copy_within(filled - again..filled, 0);
    }
    scan.end(&name, bytes)?;
    Ok((name, scan))
}

fn unread(error: &ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::new(Code::IntakeEncrypted),
        other => damaged(other),
    }
}

/// Names of parts as calamine compares them.
fn lower(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

/// The name of the part that lists the sheets.
fn main_part(kept: &BTreeMap<String, String>) -> String {
    let links = kept.get("_rels/.rels").map(String::as_str).unwrap_or_default();
    let main = tags(links, "Relationship")
        .find(|tag| tag.attribute("Type").is_some_and(|kind| kind.ends_with("/relationships/officeDocument")))
        .and_then(|tag| tag.attribute("Target"));
    main.map_or_else(|| "xl/workbook.xml".to_owned(), |target| lower(target.trim_start_matches('/')))
}

/// The part of each sheet, as far as it can be found.
fn sheets(kept: &BTreeMap<String, String>, workbook: &str) -> BTreeMap<String, String> {
    let (folder, file) =
        workbook.rsplit_once('/').map_or((String::new(), workbook), |(f, name)| (format!("{f}/"), name));
    let text = |name: &str| kept.get(name).map(String::as_str).unwrap_or_default();
    let mut parts = BTreeMap::new();
    for link in tags(text(&format!("{folder}_rels/{file}.rels")), "Relationship") {
        if let (Some(id), Some(target)) = (link.attribute("Id"), link.attribute("Target")) {
            let part = target.strip_prefix('/').map_or_else(|| format!("{folder}{target}"), str::to_owned);
            parts.insert(id.into_owned(), lower(&part));
        }
    }
    let sheet = |tag: Tag<'_>| Some((tag.attribute("name")?.into_owned(), parts.get(&*tag.attribute("id")?)?.clone()));
    tags(text(workbook), "sheet").filter_map(sheet).collect()
}

fn recalculates(workbook: &str) -> bool {
    tags(workbook, "calcPr").any(|tag| tag.attribute("fullCalcOnLoad").is_some_and(|on| matches!(&*on, "1" | "true")))
}
