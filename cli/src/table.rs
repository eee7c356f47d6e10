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
            && cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'<' | b'%' | b'/' | b'+' | b'-'));
        let (before, after) = if number { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
        out.push_str(before);
        out.push_str(cell);
        out.push_str(after);
        out.push_str("  ");
    }
    out.trim_end().to_owned()
}

/// Lines of a table whose last column is a text, which is broken where the terminal ends.
pub(crate) fn lines_with_text(rows: &[Vec<String>], width: usize) -> Vec<String> {
    let split = |row: &Vec<String>| row.split_last().map(|(last, before)| (before.to_vec(), last.clone()));
    let (before, texts): (Vec<_>, Vec<_>) = rows.iter().filter_map(split).unzip();
    let heads = lines(&before);
    let offset = heads.iter().map(|head| head.width()).max().unwrap_or(0).saturating_add(2);
    let room = width.saturating_sub(offset).max(20);
    let mut out = Vec::new();
    for (head, text) in heads.iter().zip(texts) {
        let mut head = head.clone();
        for part in wrapped(&text, room, "").split('\n') {
            let blanks = " ".repeat(offset.saturating_sub(head.width()));
            out.push(format!("{head}{blanks}{part}").trim_end().to_owned());
            head.clear();
        }
    }
    out
}

/// A group of hexadecimal digits short enough for a line of 80.
pub(crate) fn short(digest: &str) -> String {
    match digest.get(..16) {
        Some(start) if digest.len() > 20 => format!("{start}…"),
        _ => digest.to_owned(),
    }
}

/// Breaks a text into lines of at most `width` columns: at blanks, and between Chinese characters. What has neither
/// (a digest, a path) stays whole. Lines that follow the first are indented.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let lines = text.split('\n').map(|line| wrapped_line(line, width, indent));
    lines.collect::<Vec<_>>().join("\n")
}

fn wrapped_line(text: &str, width: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let Some(line) = lines.last_mut() else { break };
        if line.width() + piece.trim_end().width() > width && line.trim() != "" {
            lines.push(indent.to_owned() + piece.trim_start());
        } else {
            line.push_str(piece);
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Pieces that stay together: words with the blanks behind them, and Chinese characters with the punctuation behind them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let wide = |c: char| matches!(c, '\u{2e80}'..='\u{ffef}');
        let closing = matches!(c, '，' | '。' | '；' | '：' | '）' | '”' | '、' | '…' | '？' | '！');
        let opening = matches!(before, '（' | '“');
        let word_starts = before == ' ' && c != ' ';
        if at > 0 && !closing && !opening && (word_starts || wide(c) || (wide(before) && c != ' ')) {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = c;
    }
    pieces.extend(text.get(start..));
    pieces
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_break_at_blanks_and_between_hanzi() {
        assert_eq!(super::wrapped("one two three four", 9, "  "), "one two\n  three\n  four");
        assert_eq!(super::wrapped("名录不完整，请核对。", 10, ""), "名录不完\n整，请核\n对。");
        assert_eq!(super::wrapped("e3b0c44298fc1c149afb", 10, ""), "e3b0c44298fc1c149afb");
    }

    #[test]
    fn a_text_at_the_end_is_broken_under_itself() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let lines = super::lines_with_text(&[row(["A", ""]), row(["BB", "one two three four five six"])], 24);
        assert_eq!(lines, ["A", "BB  one two three four", "    five six"]);
    }

    #[test]
    fn chinese_lines_up() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let lines = super::lines(&[row(["杭州", "7"]), row(["A", "12"])]);
        assert_eq!(lines, ["杭州   7", "A     12"]);
    }
}
