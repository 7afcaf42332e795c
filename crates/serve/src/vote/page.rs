//! The page, as HTML that works without a script; the script adds keys.

use pelicycle_judge::SettlingOutlook;
use pelicycle_site::{PageError, scripted_page};
use pelicycle_text as text;
use serde::Serialize;

use super::gallery::GalleryVoting;
use super::view::{VotingScreen, VotingView};

const TEMPLATE: &str = pelicycle_templates::VOTE_HTML;
const STYLE: &str = pelicycle_templates::VOTE_CSS;
const SCRIPT: &str = pelicycle_templates::VOTE_JS;
/// Longest text of a prompt on the page, in characters.
const MAX_TEXT: usize = 2000;

/// The place of the page, and whether a gallery lies beside it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PagePlace {
    /// Its path, with a `/` at the end.
    pub(super) base: String,
    /// Whether a gallery is served beside it.
    gallery: bool,
    /// The page of another choice of pairs: all prompts.
    all: Option<String>,
}

impl PagePlace {
    /// That of a server which serves nothing else.
    pub(super) fn alone() -> Self {
        Self { base: "/".to_owned(), gallery: false, all: None }
    }

    /// That of a prompt, by its name in the gallery's paths, or of all.
    pub(super) fn beside_gallery(stem: &str) -> Self {
        let all = (stem != GalleryVoting::ALL).then(|| GalleryVoting::page(GalleryVoting::ALL));
        Self { base: GalleryVoting::page(stem), gallery: true, all }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    place: &'a PagePlace,
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
pub(super) fn page(
    view: &VotingView,
    place: &PagePlace,
    notice: Option<String>,
) -> Result<String, PageError> {
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
        VotingScreen::Named => (None, Some(named())),
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
            format!("{votes} by you · about {} more votes settle it", text::count(more))
        }
        (Some(SettlingOutlook::Drawings(_)), _) => {
            format!("{votes} by you · there may be too few drawings to settle it")
        }
        (Some(SettlingOutlook::OutOfReach), _) => format!("{votes} by you · too close to tell so far"),
    };
    let page = Page { place, notice, paper, end, sum, undo: view.undo.as_deref() };
    scripted_page(TEMPLATE, STYLE, SCRIPT, &page)
}

fn nothing(demonstrations: usize) -> End {
    let mut commands = vec![("pelicycle run -m MODEL -m ANOTHER -n 4", "asks two models for drawings")];
    if demonstrations > 0 {
        commands.push(("pelicycle vote --demonstrations", "takes in those of demonstration models"));
    }
    End {
        title: "Nothing to judge yet",
        words: "Voting needs drawings of the same prompt by two models. Answers that show nothing can't be compared. Reload this \
                page when there are more drawings.",
        commands,
    }
}

fn named() -> End {
    End {
        title: "No pair is left here",
        words: "You have seen every pair, or opened one of its drawings in the gallery, where its maker’s name stands beside it. \
                A vote counts only without names.",
        commands: vec![(
            "pelicycle vote",
            "shows all pairs without the gallery, to somebody who has not seen the names",
        )],
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
        words: "The votes now say which of the two sides draws better, so no more pairs are shown. This command tells which one it \
                is.",
        commands: vec![("pelicycle compare BASE HEAD", "says which side draws better, and how sure that is")],
    }
}

fn all() -> End {
    End {
        title: "You have seen every pair",
        words: "There is nothing left to ask you. Reload this page when there are more drawings.",
        commands: vec![
            ("pelicycle rank", "says what follows from all votes"),
            ("pelicycle run -n 4", "asks for more drawings; -m names the model"),
        ],
    }
}
