//! Start tags of XML: enough to learn which part of a workbook is which. What cells hold is read by calamine.

use std::borrow::Cow;

/// A start tag without its brackets: `x:sheet name="A" r:id="rId1"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a>(&'a str);

/// The start tags with a name, whatever its prefix.
pub(super) fn tags<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = Tag<'a>> {
    xml.split('<').skip(1).map(until_end).filter(move |tag| tag.name() == name)
}

/// The first tag of a document, if nothing but a declaration stands before it.
pub(super) fn root(xml: &str) -> Option<Tag<'_>> {
    let mut rest = xml.trim_start_matches('\u{feff}').trim_start();
    while let Some(declaration) = rest.strip_prefix("<?") {
        rest = declaration.split_once("?>")?.1.trim_start();
    }
    let rest = rest.strip_prefix('<').filter(|rest| !rest.starts_with('!'))?;
    let tag = until_end(rest);
    // a tag that does not end here may hold more than is seen
    (tag.0.len() < rest.len()).then_some(tag)
}

impl<'a> Tag<'a> {
    /// A tag from what stands between the brackets.
    pub(super) fn new(inside: &'a str) -> Self {
        Self(inside)
    }

    /// Its name without a prefix.
    pub(super) fn name(self) -> &'a str {
        let name = self.0.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
        name.rsplit(':').next().unwrap_or_default()
    }

    /// An attribute, whatever its prefix.
    pub(super) fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.0.split_once(|c: char| c.is_ascii_whitespace())?.1;
        loop {
            let (key, behind) = rest.split_once('=')?;
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, behind) = behind.strip_prefix(quote)?.split_once(quote)?;
            if key.trim().rsplit(':').next() == Some(name) {
                return Some(unescaped(value));
            }
            rest = behind;
        }
    }
}

/// What stands before the bracket that ends a tag; a bracket in quotes ends none.
fn until_end(text: &str) -> Tag<'_> {
    let mut quote = None;
    let end = text.find(|c: char| match quote {
        Some(open) => {
            if c == open {
                quote = None;
            }
            false
        }
        None => {
            if matches!(c, '"' | '\'') {
                quote = Some(c);
            }
            c == '>'
        }
    });
    Tag(text.get(..end.unwrap_or(text.len())).unwrap_or_default())
}

fn unescaped(text: &str) -> Cow<'_, str> {
    const NAMED: [(&str, &str); 5] = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    NAMED.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_with_their_attributes() {
        let xml = "<?xml version=\"1.0\"?><x:a><sheets><sheet name='A &amp; &quot;B&quot;' r:id = \"rId1\"/>\
                   <x:sheet name=\"a>b\" id=\"2\"></x:sheet><sheetPr id=\"3\"/></sheets></x:a>";
        let found: Vec<(String, String)> = tags(xml, "sheet")
            .map(|tag| (tag.attribute("name").unwrap().into_owned(), tag.attribute("id").unwrap().into_owned()))
            .collect();
        assert_eq!(found, [("A & \"B\"".to_owned(), "rId1".to_owned()), ("a>b".to_owned(), "2".to_owned())]);
        assert_eq!(tags(xml, "sheet").next().unwrap().attribute("none"), None);
        assert_eq!(tags("<sheet name", "sheet").next().unwrap().attribute("name"), None);
    }

    #[test]
    fn the_root_is_the_first_tag_or_there_is_none() {
        let name = |xml: &'static str| root(xml).map(Tag::name);
        assert_eq!(name("\u{feff} <?xml version=\"1.0\"?>\n<?a?><x:sst count=\"1\">"), Some("sst"));
        assert_eq!(name("<sst a=\">\" b='1'/>"), Some("sst"));
        for none in ["", "<sst count=\"1\"", "<!-- a --><sst>", "<?xml <sst>", "text<sst>", "<sst a=\">"] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
