//! Pages that load themselves anew, for a server that tells of changes. The site's files have nothing of it.

use std::sync::LazyLock;

use super::templates::script_hash;

const SCRIPT: &str = pelicycle_templates::LIVE_JS;

/// Behind this, every page's policy says which scripts may run, if any.
const POLICY: &str = "style-src 'self'; ";
const SCRIPTS: &str = "script-src ";
const END: &str = "</body>";

/// A page of the gallery with a script that listens to the events at `changes` and loads the page anew when its tag is
/// no longer `tag`; the page's policy lets it. What is no page of the gallery stays as it is.
#[must_use]
pub fn live(page: &[u8], tag: &str, changes: &str) -> Vec<u8> {
    static HASH: LazyLock<String> = LazyLock::new(|| script_hash(SCRIPT));
    let with_script = || {
        // The policy stands before all that a model wrote, the end behind it.
        let (head, rest) = std::str::from_utf8(page).ok()?.split_once(POLICY)?;
        let (body, end) = rest.rsplit_once(END)?;
        let (others, body) = match body.strip_prefix(SCRIPTS) {
            Some(body) => (" ", body),
            None => ("; ", body),
        };
        let tag = tag.replace('"', "&quot;");
        Some(format!(
            "{head}{POLICY}connect-src 'self'; {SCRIPTS}'{}'{others}{body}\
             <script data-tag=\"{tag}\" data-changes=\"{changes}\">{SCRIPT}</script>\n{END}{end}",
            *HASH
        ))
    };
    with_script().map_or_else(|| page.to_vec(), String::into_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_the_script_run_and_no_other() {
        let hash = script_hash(SCRIPT);
        let base = pelicycle_templates::BASE_HTML;
        let plain = base.replace("{% block policy %}{% endblock %}", "");
        let page = String::from_utf8(live(plain.as_bytes(), "\"t\"", "/c")).unwrap();
        assert!(page.contains(&format!(
            "style-src 'self'; connect-src 'self'; script-src '{hash}'; base-uri 'none'"
        )));
        assert!(page.contains("<script data-tag=\"&quot;t&quot;\" data-changes=\"/c\">"));
        let scripted = base.replace("{% block policy %}{% endblock %}", "script-src 'sha256-x'; ");
        let page = String::from_utf8(live(scripted.as_bytes(), "\"t\"", "/c")).unwrap();
        assert!(
            page.contains(&format!("connect-src 'self'; script-src '{hash}' 'sha256-x'; base-uri 'none'"))
        );
        assert_eq!(live(b"<p>another page</p>", "\"t\"", "/c"), b"<p>another page</p>");
    }
}
