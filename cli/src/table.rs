//! Plain tables that line up, also in Chinese, where a character is two columns wide.

use unicode_width::UnicodeWidthStr as _;

/// Lines of a table: every column as wide as its widest cell, two blanks between them, numbers to the right.
pub(crate) fn lines(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0))
        .collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut out = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let blanks = " ".repeat(width.saturating_sub(cell.width()));
        let number = !cell.is_empty()
            && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'%' | b'/' | b'+' | b'-'));
        let (before, after) = if number { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        out.push_str(before);
        out.push_str(cell);
        out.push_str(after);
        out.push_str("  ");
    }
    out.trim_end().to_owned()
}

/// A group of hexadecimal digits short enough for a line of 80.
pub(crate) fn short(digest: &str) -> String {
    match digest.get(..16) {
        Some(start) if digest.len() > 20 => format!("{start}…"),
        _ => digest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn chinese_lines_up() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let lines = super::lines(&[row(["杭州", "7"]), row(["A", "12"])]);
        assert_eq!(lines, ["杭州   7", "A     12"]);
    }
}
