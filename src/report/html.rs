//! A page that stands alone: findings grouped by secret, charts, for history a timeline, filter and sort.
//!
//! Everything is written out here and escaped; the script only hides and orders what is there. The content security policy
//! names the one script and the one style sheet by their hashes and forbids everything else, requests included.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::escape::markup;
use super::form::{flat, noted};
use super::json::{Document, Effect, FindingV1, HistoryV1};
use crate::types::date;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];
/// Bars of the rule chart, and lines of the timeline, at most.
const BARS: usize = 15;
const LINES: usize = 60;

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(document);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let summary = &document.summary;
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>nospill report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>nospill report</h1>\n\
         <p>{} denied, {} audited, {} suppressed, {} not scanned; {} object{} with {} rules.</p>\n\
         <div class=\"charts\">\n{}{}</div>\n{}<h2>Secrets</h2>\n{}\
         <div id=\"groups\">\n",
        summary.denied,
        summary.audited,
        summary.suppressed,
        summary.skipped,
        summary.objects,
        if summary.objects == 1 { "" } else { "s" },
        summary.rules,
        severity_chart(&groups),
        rule_chart(&groups),
        timeline(&groups),
        controls(&groups),
    )?;
    groups.iter().try_for_each(|of| group(of, out))?;
    write!(out, "</div>\n{}<script>{SCRIPT}</script>\n</body>\n</html>\n", skipped(document))
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// Findings of one secret, in the report's order.
struct Group<'d> {
    document: &'d Document<'d>,
    places: Vec<u32>,
    severity: &'static str,
}

impl<'d> Group<'d> {
    fn new(document: &'d Document<'d>, finding: &FindingV1) -> Self {
        let severity = SEVERITIES.into_iter().find(|severity| finding.severity == *severity).unwrap_or("low");
        Self { document, places: Vec::new(), severity }
    }

    fn findings(&self) -> impl Iterator<Item = Cow<'d, FindingV1>> + '_ {
        self.places.iter().map(|&at| self.document.findings.get(at as usize))
    }

    fn first(&self) -> Cow<'d, FindingV1> {
        self.document.findings.get(self.places[0] as usize)
    }

    fn is_denied(&self) -> bool {
        self.places.iter().any(|&at| self.document.findings.effect(at as usize) == Effect::Deny)
    }

    fn rank(&self) -> usize {
        let severity = SEVERITIES.iter().rev().position(|severity| *severity == self.severity).unwrap_or(0);
        severity + if self.is_denied() { 10 } else { 0 }
    }

    fn histories(&self) -> impl Iterator<Item = HistoryV1> + '_ {
        self.findings().filter_map(|finding| finding.into_owned().history)
    }
}

/// What denies first, then by severity.
fn groups<'d>(document: &'d Document<'d>) -> Vec<Group<'d>> {
    let mut numbers: HashMap<(String, String), usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for at in document.counted_places() {
        let finding = document.findings.get(at);
        let name = if finding.group.is_empty() { &finding.fingerprint } else { &finding.group };
        let number = *numbers.entry((finding.rule.clone(), name.clone())).or_insert(groups.len());
        if number == groups.len() {
            groups.push(Group::new(document, &finding));
        }
        groups[number].places.extend(u32::try_from(at));
    }
    groups.sort_by_cached_key(|group| std::cmp::Reverse(group.rank()));
    groups
}

fn text(text: &str) -> String {
    markup(&flat(text))
}

fn group(group: &Group<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (first, severity) = (group.first(), group.severity);
    let effect = if group.is_denied() { "deny" } else { "audit" };
    let (rule, path, places) = (text(&first.rule), text(&first.path), group.places.len());
    let at = markup(&end_of(&flat(&format!("{}:{}", first.path, first.line)), 60));
    let more = if places == 1 { String::new() } else { format!(" and {} more", places - 1) };
    let secret = if first.secret.is_empty() { String::new() } else { format!("<code>{}</code>", text(&first.secret)) };
    write!(
        out,
        "<details data-rule=\"{rule}\" data-path=\"{path}\" data-severity=\"{severity}\" data-effect=\"{effect}\" \
         data-rank=\"{}\" data-places=\"{places}\"><summary><span class=\"tag {effect}\">{effect}</span>\
         <span class=\"tag {severity}\">{severity}</span><span class=\"title\">{} <code>{rule}</code></span>{secret}\
         <span class=\"where\">{at}{more}</span></summary><div class=\"inside\"><p>{}</p><ul>",
        group.rank(),
        text(&first.title),
        text(&first.advice),
    )?;
    group.findings().try_for_each(|finding| out.write_all(place(&finding).as_bytes()))?;
    out.write_all(b"</ul></div></details>\n")
}

fn place(finding: &FindingV1) -> String {
    let mut item = format!("<li><code>{}:{}:{}</code>", text(&finding.path), finding.line, finding.column);
    item.push_str(&format!(" {} confidence", text(&finding.confidence)));
    if let Some(note) = &finding.note {
        item.push_str(&format!(", {}", text(note)));
    }
    if !finding.excerpt.is_empty() {
        item.push_str(&format!("<pre>{}</pre>", text(&finding.excerpt)));
    }
    if let Some(history) = &finding.history {
        let commit = &history.commit;
        let now = if history.in_head { "still in HEAD".to_owned() } else { format!("last seen in {}", text(&history.last_seen)) };
        item.push_str(&format!(
            "<div>came in with <code>{}</code> by {} on {}; {now}</div>",
            text(&commit.id),
            text(&commit.author),
            text(&commit.date)
        ));
    }
    item + "</li>"
}

fn controls(groups: &[Group<'_>]) -> String {
    let select = |id: &str, name: &str, all: &str, values: Vec<String>| {
        let all = if all.is_empty() { String::new() } else { format!("<option value=\"\">{all}</option>") };
        let options: String = values.iter().map(|value| format!("<option value=\"{value}\">{value}</option>")).collect();
        format!("<label>{name}<select id=\"{id}\" autocomplete=\"off\">{all}{options}</select></label>\n")
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let rules: BTreeSet<String> = groups.iter().map(|group| text(&group.first().rule)).collect();
    format!(
        "<div class=\"controls\">\n<label>Text<input id=\"text\" type=\"search\" autocomplete=\"off\"></label>\n{}{}{}{}\
         <output id=\"shown\">{} secrets</output>\n</div>\n",
        select("severity", "Severity", "all", words(&SEVERITIES)),
        select("effect", "Effect", "all", words(&["deny", "audit"])),
        select("rule", "Rule", "all", rules.into_iter().collect()),
        select("sort", "Sort by", "", words(&["severity", "places", "rule", "path"])),
        groups.len(),
    )
}

fn severity_chart(groups: &[Group<'_>]) -> String {
    let count = |severity: &str| groups.iter().filter(|group| group.severity == severity).count();
    let bars: Vec<Bar> = SEVERITIES.iter().map(|severity| ((*severity).to_owned(), count(severity), *severity)).collect();
    chart("Severity", &bars)
}

fn rule_chart(groups: &[Group<'_>]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    groups.iter().for_each(|group| *counts.entry(group.first().into_owned().rule).or_default() += 1);
    let mut bars: Vec<Bar> = counts.into_iter().map(|(rule, count)| (rule, count, "")).collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.1));
    bars.truncate(BARS);
    chart("Rules", &bars)
}

/// Label, count, class.
type Bar = (String, usize, &'static str);

fn chart(title: &str, bars: &[Bar]) -> String {
    const ROW: usize = 22;
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(0).max(1);
    let rows: String = bars
        .iter()
        .enumerate()
        .map(|(row, (label, count, class))| {
            let (y, width) = (row * ROW, count * 200 / most);
            let (label, base) = (markup(&short(label, 26)), y + 15);
            format!(
                "<text x=\"0\" y=\"{base}\">{label}</text><rect class=\"bar {class}\" x=\"200\" y=\"{}\" width=\"{width}\" \
                 height=\"14\"/><text x=\"{}\" y=\"{base}\">{count}</text>",
                y + 4,
                206 + width
            )
        })
        .collect();
    let height = bars.len() * ROW + 4;
    format!(
        "<section><h2>{title}</h2><svg viewBox=\"0 0 450 {height}\" width=\"450\" height=\"{height}\" role=\"img\" \
         aria-label=\"{title}\">{rows}</svg></section>\n"
    )
}

/// When secrets came in and went out: a line each, over the days between the first and the last.
fn timeline(groups: &[Group<'_>]) -> String {
    const ROW: usize = 18;
    let mut lines: Vec<(i64, Option<i64>, &Group<'_>)> = Vec::new();
    for group in groups {
        let Some(start) = group.histories().filter_map(|history| day(&history.commit.date)).min() else { continue };
        let is_open = group.histories().any(|history| history.in_head);
        let last = group.histories().filter_map(|history| day(history.last_seen_date.as_deref()?)).max();
        lines.push((start, if is_open { None } else { Some(last.unwrap_or(start)) }, group));
    }
    lines.sort_by_key(|line| line.0);
    let all = lines.len();
    lines.truncate(LINES);
    let Some(first) = lines.iter().map(|line| line.0).min() else { return String::new() };
    let last = lines.iter().map(|line| line.1.unwrap_or(line.0).max(line.0)).max().unwrap_or(first);
    let x = |day: i64| 240 + ((day.clamp(first, last) - first) * 500 / (last - first).max(1));
    let rows: String = lines
        .iter()
        .enumerate()
        .map(|(row, (start, end, group))| {
            let (y, name) = (row * ROW + 12, markup(&end_of(&flat(&group.first().path), 28)));
            let (class, until) = end.map_or(("open", 760), |end| ("gone", x(end)));
            let title = text(&format!("{}, {}", group.first().rule, group.first().path));
            format!(
                "<text x=\"0\" y=\"{}\">{name}</text><line class=\"{class}\" x1=\"{}\" y1=\"{y}\" x2=\"{until}\" y2=\"{y}\">\
                 <title>{title}</title></line>",
                y + 4,
                x(*start)
            )
        })
        .collect();
    let height = lines.len() * ROW + 30;
    let (from, to) = (date::date(first), date::date(last));
    let cut = if all > LINES { format!(" The first {LINES} of {all} secrets.") } else { String::new() };
    format!(
        "<section><h2>When secrets came in and went out</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Timeline\"><svg viewBox=\"0 0 770 {height}\" width=\"770\" height=\"{height}\" \
         role=\"img\" aria-label=\"When secrets came in and went out\">{rows}<text x=\"240\" y=\"{y}\">{from}</text><text x=\"680\" y=\"{y}\">{to}</text>\
         </svg></div><p>Red: HEAD still has it.{cut}</p></section>\n",
        y = height - 4
    )
}

/// Days since 1970 of an RFC 3339 date; `None` for anything else.
fn day(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i64>().ok());
    date::day_of(part(0, 4)?, part(5, 7)?, part(8, 10)?)
}

fn skipped(document: &Document) -> String {
    let items: Vec<String> = document.skipped().map(|notice| format!("<li>{}</li>", markup(&noted(notice)))).collect();
    if items.is_empty() { String::new() } else { format!("<h2>Not scanned</h2>\n<ul>{}</ul>\n", items.concat()) }
}

fn short(text: &str, limit: usize) -> String {
    let text = flat(text);
    if text.chars().count() <= limit { text } else { text.chars().take(limit - 1).chain(['…']).collect() }
}

/// The end of a path, which says more than its start.
fn end_of(path: &str, limit: usize) -> String {
    let count = path.chars().count();
    if count <= limit { path.to_owned() } else { ['…'].into_iter().chain(path.chars().skip(count - limit + 1)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (text, want) in [("1970-01-01T00:00:00+00:00", Some(0)), ("2000-02-29", Some(11_016)), ("soon", None), ("", None)] {
            assert_eq!(day(text), want, "{text}");
        }
        assert_eq!(date::date(11_016), "2000-02-29");
    }
}
