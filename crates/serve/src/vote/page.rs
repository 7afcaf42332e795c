//! The page, as HTML that works without a script; the script adds keys.

use pelicycle_judge::SettlingOutlook;
use pelicycle_site::{PageError, scripted_page};
use pelicycle_text as text;
use serde::Serialize;

use super::view::{VotingScreen, VotingView};

const TEMPLATE: &str = pelicycle_templates::VOTE_HTML;
const STYLE: &str = pelicycle_templates::VOTE_CSS;
const SCRIPT: &str = pelicycle_templates::VOTE_JS;
/// Longest text of a prompt on the page, in characters.
const MAX_TEXT: usize = 2000;

#[derive(Serialize)]
struct Page<'a> {
    notice: Option<String>,
    paper: Option<Paper<'a>>,
    end: Option<End>,
    sum: String,
    undo: Option<&'a str>,
}

#[derive(Serialize)]
struct Paper<'a> {
    token: &'a str,
    text: String,
    sides: [Side<'a>; 2],
}

#[derive(Serialize)]
struct Side<'a> {
    name: &'static str,
    picture: &'a str,
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct End {
    title: &'static str,
    words: &'static str,
    commands: Vec<(&'static str, &'static str)>,
}

/// The page that shows a view, under a notice where something was not done.
///
/// # Errors
/// When the template is broken.
pub(super) fn page(view: &VotingView, notice: Option<String>) -> Result<String, PageError> {
    let (paper, end) = match &view.shown {
        VotingScreen::Pair(paper) => {
            let side = |name, index: usize| {
                let (picture, (width, height)) = &paper.pictures[index];
                Side { name, picture, width: *width, height: *height }
            };
            // Cut before anything else is done to it: a text may be megabytes long.
            let cut: String = paper.text.chars().take(MAX_TEXT).collect();
            let text = text::visible(&cut);
            (Some(Paper { token: &paper.token, text, sides: [side("A", 0), side("B", 1)] }), None)
        }
        VotingScreen::Nothing { demonstrations } => (None, Some(nothing(*demonstrations))),
        VotingScreen::All => (None, Some(all())),
        VotingScreen::Settled { looks } => (None, Some(settled(*looks))),
    };
    let votes = text::plural(view.progress.votes as u64, "vote");
    let sum = match (view.progress.outlook, view.progress.left) {
        (None | Some(SettlingOutlook::Settled), 0) | (Some(SettlingOutlook::Settled), _) => {
            format!("{votes} by you")
        }
        (None, left) => format!("{votes} by you · {} you have not seen", text::plural(left as u64, "pair")),
        // Nothing of it says which side is ahead.
        (Some(SettlingOutlook::Judgements(more)), _) => {
            format!("{votes} by you · about {} more settle it", text::count(more))
        }
        (Some(SettlingOutlook::Drawings(_)), _) => {
            format!("{votes} by you · these drawings may be too few to settle it")
        }
        (Some(SettlingOutlook::OutOfReach), _) => format!("{votes} by you · too near to tell so far"),
    };
    let page = Page { notice, paper, end, sum, undo: view.undo.as_deref() };
    scripted_page(TEMPLATE, STYLE, SCRIPT, &page)
}

fn nothing(demonstrations: usize) -> End {
    let mut commands = vec![("pelicycle run -m MODEL -m ANOTHER -n 4", "asks two models for drawings")];
    if demonstrations > 0 {
        commands.push(("pelicycle vote --demonstrations", "takes in those of demonstration models"));
    }
    End {
        title: "Nothing to judge yet",
        words: "It takes drawings of one prompt by two contestants: a reply whose drawing shows nothing, or is \
                malformed, can't be judged. Load this page anew when there are more.",
        commands,
    }
}

fn settled(looks: bool) -> End {
    if looks {
        return End {
            title: "It is settled",
            words: "The votes tell whether models draw better when they see what they drew, so no further pair is shown.",
            commands: vec![(
                "pelicycle compare --looks",
                "says whether looks help, for whom, and at what price",
            )],
        };
    }
    End {
        title: "It is settled",
        words: "The votes tell which of the two sides draws better, so no further pair is shown. Which one it is, the \
                command says that the terminal names.",
        commands: vec![("pelicycle compare BASE HEAD", "says which side draws better, and how sure that is")],
    }
}

fn all() -> End {
    End {
        title: "You have seen every pair",
        words: "There is nothing left to ask you. Load this page anew when there are more drawings.",
        commands: vec![
            ("pelicycle rank", "says what follows from all votes"),
            ("pelicycle run -n 4", "asks for more drawings; -m names the model"),
        ],
    }
}
