//! The way from a gallery's pages to where their visitors vote. The site's files have nothing of it.

use super::vote::GalleryVoting;

/// The end of the head of every page. It stands before all that a model wrote.
const HEAD_END: &str = "</header>";
/// The ways that stand in the head of the first page.
const WAYS: &str = "<nav class=\"ways\" aria-label=\"Pages\">";
/// The text of the link; on a phone its first word, so that the ways stand in one line.
const WORDS: &str = "Vote<span class=\"lesser\">: which is better?</span>";
/// The text before the name of a page's prompt in its head: a path, as templates escape it.
const IN_TRAIL: &str = "prompts&#x2f;";
/// The folders of pages of one prompt.
const OF_PROMPTS: [&str; 4] = ["prompts", "versus", "charts", "timelines"];

/// A page of the gallery with a way to vote: on the prompt of the page, where it is of one, else on all. What is no page of the
/// gallery stays as it is.
pub(super) fn linked(page: &[u8], path: &str) -> Vec<u8> {
    let with_link = || {
        let (head, rest) = std::str::from_utf8(page).ok()?.split_once(HEAD_END)?;
        let stem = prompt_of(path, head);
        let place = GalleryVoting::page(stem.unwrap_or(GalleryVoting::ALL));
        let link = format!("<a href=\"{place}\">{WORDS}</a>");
        let head = match head.split_once(WAYS) {
            Some((before, after)) => format!("{before}{WAYS}{link}{after}"),
            None => format!("{head}<nav class=\"ways\" aria-label=\"Voting\">{link}</nav>\n"),
        };
        Some(format!("{head}{HEAD_END}{}", beside_names(path, rest, &place)))
    };
    with_link().map_or_else(|| page.to_vec(), String::into_bytes)
}

/// The words where drawings are compared by name: what a vote is instead, below the page's title.
fn beside_names(path: &str, rest: &str, place: &str) -> String {
    let title = rest.split_once(HEAD_END).filter(|_| path.starts_with("/versus/"));
    title.map_or_else(
        || rest.to_owned(),
        |(title, rest)| {
            format!(
                "{title}<p class=\"aside\">Which is better? <a href=\"{place}\">Vote without names</a>. A drawing that you \
                 open here with its name is in none of those pairs.</p>\n{HEAD_END}{rest}"
            )
        },
    )
}

/// The name of the prompt that a page is of, in the gallery's paths; none where it is of several.
fn prompt_of<'a>(path: &'a str, head: &'a str) -> Option<&'a str> {
    let mut parts = path.trim_start_matches('/').split('/');
    let folder = parts.next()?;
    if folder == "attempts" {
        // Its trail leads over its prompt.
        let (_, after) = head.split_once(IN_TRAIL)?;
        return stem(after.split('"').next()?);
    }
    OF_PROMPTS.contains(&folder).then(|| stem(parts.next()?))?
}

/// `pelican-41c826e0` of `pelican-41c826e0.html`, and of a page of the same prompt with a word behind it.
fn stem(file: &str) -> Option<&str> {
    const DIGITS: usize = 8;
    let name = file.strip_suffix(".html")?;
    let ends = name.match_indices('-').map(|(at, _)| at + 1 + DIGITS).filter(|end| *end <= name.len());
    let mut ends = ends.filter(|end| {
        let hash =
            name.get(end - DIGITS..*end).is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()));
        hash && matches!(name.as_bytes().get(*end), None | Some(b'-'))
    });
    ends.next_back().and_then(|end| name.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_prompt_leads_to_its_pairs_and_another_to_all() {
        let page = "<header class=\"masthead\"><a href=\"..&#x2f;..&#x2f;prompts&#x2f;otter-boat-0123abcd.html\">x</a></header><header><h1>y</h1></header>";
        for (path, expected) in [
            ("/", "/vote/all/"),
            ("/ranking.html", "/vote/all/"),
            ("/models/gpt-4o.html", "/vote/all/"),
            ("/prompts/pelican-41c826e0.html", "/vote/pelican-41c826e0/"),
            ("/charts/pelican-41c826e0.html", "/vote/pelican-41c826e0/"),
            ("/charts/pelican-41c826e0-price.html", "/vote/pelican-41c826e0/"),
            ("/versus/my-deadbeef-prompt-41c826e0.html", "/vote/my-deadbeef-prompt-41c826e0/"),
            ("/attempts/20261122-025336-412-k3f9q2m8x7ab/", "/vote/otter-boat-0123abcd/"),
        ] {
            let linked = String::from_utf8(linked(page.as_bytes(), path)).unwrap();
            let link = format!("<a href=\"{expected}\">{WORDS}</a></nav>\n</header>");
            assert!(linked.contains(&link), "{path}: {linked}");
            assert_eq!(linked.contains("Vote without names"), path.starts_with("/versus/"));
        }
        assert_eq!(linked(b"<p>another page</p>", "/"), b"<p>another page</p>");
    }
}
