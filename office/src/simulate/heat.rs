//! The chance of every pair as a picture: inspectors down, firms or cells across, darker where they meet more often.

use super::Trials;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use yaohao::ident::Id;

/// More firms than this are shown by cell; more inspectors are not shown.
const FIRMS: usize = 120;
const PEOPLE: usize = 400;
/// Side of a square, and room for names, in pixels.
const SIDE: usize = 12;
const LEFT: usize = 210;
const TOP: usize = 190;
/// What the legend takes: its squares, each with its number.
const LEGEND: usize = 6 * 70;

/// The words of the picture.
#[derive(Debug, Clone)]
pub struct Words {
    /// Its title.
    pub title: String,
    /// What it shows, for whoever cannot see it.
    pub description: String,
    /// What dark means.
    pub legend: String,
    /// That not everybody is shown; used only where that is so.
    pub cut: String,
}

/// How many inspectors the picture shows, and of how many.
#[must_use]
pub fn shown(trials: &Trials) -> (usize, usize) {
    let all = trials.departments.iter().map(|department| department.loads.len()).sum();
    (PEOPLE.min(all), all)
}

/// Columns: their names, and the firms in each.
type Columns = BTreeMap<String, BTreeSet<String>>;

/// The picture as SVG. It has no script, no style sheet and no font of its own, and is the same on every machine.
#[must_use]
pub fn heat_map(trials: &Trials, words: &Words) -> String {
    let columns = columns(trials);
    let people: Vec<(&Id, &Id)> = trials
        .departments
        .iter()
        .flat_map(|department| department.loads.keys().map(move |inspector| (&department.id, inspector)))
        .take(PEOPLE)
        .collect();
    let (shown, all) = shown(trials);
    // a few firms need less room than the legend
    let (width, height) = (LEFT + (columns.len() * SIDE).max(LEGEND) + 20, TOP + people.len() * SIDE + 60);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"sans-serif\" font-size=\"10\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"10\" y=\"20\" font-size=\"14\">{}</text>\n",
        escaped(&words.title),
        escaped(&words.description),
        escaped(&words.title)
    );
    if shown < all {
        let _ = writeln!(out, "<text x=\"10\" y=\"36\">{}</text>", escaped(&words.cut));
    }
    for (name, index) in columns.keys().zip(0..) {
        let x = LEFT + index * SIDE + SIDE - 2;
        let _ = writeln!(
            out,
            "<text transform=\"translate({x} {}) rotate(-90)\">{}<title>{}</title></text>",
            TOP - 6,
            escaped(&shortened(name, TOP - 46)),
            escaped(name)
        );
    }
    let cells = cells(trials, &columns);
    for ((department, inspector), row) in people.into_iter().zip(0..) {
        let y = TOP + row * SIDE;
        let name = shortened(&format!("{department} {inspector}"), LEFT - 6);
        let _ =
            writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", LEFT - 6, y + 10, escaped(&name));
        for (column, index) in columns.keys().zip(0..) {
            let (met, drawn) = cells.get(&(inspector, column.as_str())).copied().unwrap_or((0, 0));
            let share = (met * 10_000).checked_div(drawn).unwrap_or(0);
            if share > 0 {
                let (x, fill) = (LEFT + index * SIDE, shade(share));
                let _ = writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"11\" height=\"11\" fill=\"{fill}\"><title>{} × {}: {}.{:02} %</title></rect>",
                    escaped(inspector.as_str()),
                    escaped(column),
                    share / 100,
                    share % 100
                );
            }
        }
    }
    let y = height - 30;
    for (step, share) in (0..).zip([0, 500, 1_000, 2_500, 5_000, 10_000]) {
        let x = LEFT + step * 70;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"11\" height=\"11\" fill=\"{}\" stroke=\"#999\"/><text x=\"{}\" y=\"{}\">{} %</text>",
            shade(share),
            x + 16,
            y + 10,
            share / 100
        );
    }
    let _ = writeln!(out, "<text x=\"10\" y=\"{}\">{}</text>\n</svg>", y + 10, escaped(&words.legend));
    out
}

/// Every firm a column, or every cell of the selection where there are too many.
fn columns(trials: &Trials) -> Columns {
    let firms: BTreeSet<&String> = trials.pairs.keys().map(|(firm, _)| firm).collect();
    if firms.len() <= FIRMS {
        return firms.into_iter().map(|firm| (firm.clone(), BTreeSet::from([firm.clone()]))).collect();
    }
    let cells = trials.cells.iter().map(|cell| {
        let part = cell.part.as_ref().map(|part| format!(" / {part}")).unwrap_or_default();
        (format!("{}{part}", cell.stratum), cell.hits.keys().cloned().collect())
    });
    cells.collect()
}

/// How often an inspector met the firms of a column, and how often those were drawn.
fn cells<'a>(trials: &'a Trials, columns: &'a Columns) -> BTreeMap<(&'a Id, &'a str), (u64, u64)> {
    let mut column_of: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    let times: BTreeMap<&String, u64> =
        trials.cells.iter().flat_map(|cell| &cell.hits).map(|(firm, hits)| (firm, *hits)).collect();
    for (column, firms) in columns {
        let drawn = firms.iter().filter_map(|firm| times.get(firm)).sum();
        column_of.extend(firms.iter().map(|firm| (firm.as_str(), (column.as_str(), drawn))));
    }
    let mut cells: BTreeMap<(&Id, &str), (u64, u64)> = BTreeMap::new();
    for ((firm, inspector), met) in &trials.pairs {
        if let Some((column, drawn)) = column_of.get(firm.as_str()) {
            let cell = cells.entry((inspector, column)).or_insert((0, *drawn));
            cell.0 += met;
        }
    }
    cells
}

/// From white to dark blue; the first steps are the widest, since most pairs are rare.
fn shade(share: u64) -> String {
    let root = (0_u64..=100).find(|root| root * root >= share.min(10_000)).unwrap_or(100);
    let mix = |light: u64, dark: u64| light - (light - dark) * root / 100;
    format!("#{:02x}{:02x}{:02x}", mix(255, 8), mix(255, 48), mix(255, 107))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As much of a text as there is room for, in pixels: Chinese characters are as wide as they are high, others are not.
fn shortened(text: &str, room: usize) -> String {
    let wide = |letter: char| if letter.is_ascii() { 6 } else { 10 };
    let all: usize = text.chars().map(wide).sum();
    if all <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(wide('…'));
    let fits = text.chars().take_while(|letter| {
        let rest = left.checked_sub(wide(*letter));
        left = rest.unwrap_or(0);
        rest.is_some()
    });
    fits.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{CellTrials, DepartmentTrials};
    use super::*;

    fn trials(people: u32, firms: u32, parts: &str) -> Trials {
        let mut trials = Trials { draws: 10, ..Trials::default() };
        let Ok(department) = Id::parse("yingji") else { return trials };
        let ids: Vec<Id> = (0..people).filter_map(|n| Id::parse(&format!("P{n:04}")).ok()).collect();
        for n in 0..firms {
            let firm = format!("F{n:03}");
            trials.cells.push(CellTrials {
                stratum: department.clone(),
                part: Some(format!("{parts}{n}")),
                population: 1,
                expected: 10_000,
                weighted: false,
                hits: [(firm.clone(), 10)].into(),
            });
            trials.pairs.extend(ids.first().map(|id| ((firm, id.clone()), 10)));
        }
        trials.departments.push(DepartmentTrials {
            id: department,
            seats: (1, 1),
            widest: 0,
            least: 0,
            most: 1,
            loads: ids.into_iter().map(|id| (id, 1)).collect(),
            one_possible: 0,
            alone: BTreeMap::new(),
            lone: BTreeMap::new(),
            crews: None,
        });
        trials
    }

    fn picture(trials: &Trials) -> String {
        let words = ["title", "description", "legend", "cut"].map(str::to_owned);
        let [title, description, legend, cut] = words;
        heat_map(trials, &Words { title, description, legend, cut })
    }

    #[test]
    fn the_legend_is_whole_however_few_firms_there_are() {
        assert!(picture(&trials(3, 5, "")).contains(" width=\"650\""));
        assert!(picture(&trials(3, 100, "")).contains(" width=\"1430\""));
    }

    #[test]
    fn who_is_not_shown_is_told() {
        let (all, some) = (trials(400, 3, ""), trials(401, 3, ""));
        assert_eq!((shown(&all), shown(&some)), ((400, 400), (400, 401)));
        assert!(!picture(&all).contains(">cut<") && picture(&some).contains(">cut<"));
    }

    #[test]
    fn names_keep_to_their_room() {
        assert_eq!(shortened("西湖区", 30), "西湖区");
        assert_eq!(shortened("西湖区文新街道", 40), "西湖区…");
        assert_eq!(shortened("P003b8861d25f07fb7665", 46), "P003b8…");
        // a hundred and twenty-one cells with long names
        let long = picture(&trials(1, 121, "杭州市西湖区文新街道高新技术产业开发园区第"));
        assert!(long.contains(">yingji / 杭州市西湖区文新…<"), "{}", long.get(..2_000).unwrap_or_default());
    }
}
