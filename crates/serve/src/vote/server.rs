//! The server: the page, its pictures, and the two forms on it.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use pelicycle_record::Preference;
use tokio::net::TcpListener;
use url::form_urlencoded;

use super::error::VoteRefusal;
use super::page;
use super::session::VotingSession;
use crate::{Guard, guard};

/// The pause between two looks at the results.
const POLL: Duration = Duration::from_secs(2);
/// Looking at them takes one part in so many of the time.
const SHARE: u32 = 10;
/// Longest form: a token and a word.
const MAX_FORM: usize = 1024;

/// Takes the votes of one person at `listener`, and does not end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, session: Arc<VotingSession>) -> io::Result<()> {
    let own = listener.local_addr()?;
    let app = Router::new()
        .route("/", get(show))
        .route("/drawings/{token}", get(picture))
        // Browsers ask for it unasked.
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .route("/vote", post(vote))
        .route("/undo", post(undo))
        .fallback(nothing)
        .with_state(Arc::clone(&session))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(Guard { own, posts: true }, guard));
    tokio::select! {
        ended = axum::serve(listener, app) => ended,
        never = keep_up(session) => match never {},
    }
}

/// Takes in what comes while somebody votes.
async fn keep_up(session: Arc<VotingSession>) -> Infallible {
    let mut pause = POLL;
    loop {
        tokio::time::sleep(pause).await;
        let (session, since) = (Arc::clone(&session), Instant::now());
        // One that failed is done anew the next time.
        drop(tokio::task::spawn_blocking(move || session.refresh()).await);
        pause = POLL.max(since.elapsed() * SHARE);
    }
}

async fn show(State(session): State<Arc<VotingSession>>) -> Response {
    page(session, StatusCode::OK, None).await
}

async fn vote(State(session): State<Arc<VotingSession>>, form: Bytes) -> Response {
    let preference = field(&form, "choice").and_then(|choice| match &*choice {
        "left" => Some(Preference::Left),
        "right" => Some(Preference::Right),
        "tie" => Some(Preference::Tie),
        "both-bad" => Some(Preference::BothBad),
        _ => None,
    });
    let (Some(token), Some(preference)) = (field(&form, "token"), preference) else { return no_form() };
    answer(session, move |session| session.vote(&token, preference)).await
}

async fn undo(State(session): State<Arc<VotingSession>>, form: Bytes) -> Response {
    let Some(token) = field(&form, "token") else { return no_form() };
    answer(session, move |session| session.undo(&token)).await
}

/// The one value of a form's field.
fn field(form: &[u8], name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(form).filter(|(field, _)| field == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        _ => None,
    }
}

fn no_form() -> Response {
    (StatusCode::BAD_REQUEST, "That is not what the form of this page sends; nothing was kept.\n")
        .into_response()
}

/// Does what a form asks for, and leads to the page, or shows it with why not.
async fn answer(
    session: Arc<VotingSession>,
    act: impl FnOnce(&VotingSession) -> Result<(), VoteRefusal> + Send + 'static,
) -> Response {
    let actor = Arc::clone(&session);
    match tokio::task::spawn_blocking(move || act(&actor)).await {
        Ok(Ok(())) => (StatusCode::SEE_OTHER, [(header::LOCATION, "/")]).into_response(),
        Ok(Err(refusal)) => {
            let status = match refusal {
                VoteRefusal::Stale | VoteRefusal::Gone | VoteRefusal::NotLast => StatusCode::CONFLICT,
                VoteRefusal::Unkept(_) | VoteRefusal::Kept(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            page(session, status, Some(refusal.to_string())).await
        }
        Err(_) => failed("the vote could not be dealt with"),
    }
}

async fn page(session: Arc<VotingSession>, status: StatusCode, notice: Option<String>) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        let view = session.view().map_err(|error| error.to_string())?;
        page::page(&view, notice).map_err(|error| error.to_string())
    });
    match made.await {
        Ok(Ok(page)) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                // A page from the memory of a browser would show a pair that is no longer on show.
                (header::CACHE_CONTROL, "no-store"),
                // Without it a browser does not say whose page a form was on.
                (header::REFERRER_POLICY, "same-origin"),
            ];
            (status, headers, page).into_response()
        }
        Ok(Err(why)) => failed(&why),
        Err(_) => failed("the page could not be made"),
    }
}

fn failed(why: &str) -> Response {
    let words = format!("Something failed: {why}.\nVotes that were counted are kept. Load the page anew.\n");
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

async fn picture(State(session): State<Arc<VotingSession>>, Path(token): Path<String>) -> Response {
    // The lock may be held while a disk is slow.
    match tokio::task::spawn_blocking(move || session.picture(&token)).await {
        Ok(Some(png)) => {
            let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")];
            (headers, png).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "This drawing is no longer on show. Load the page anew.\n")
            .into_response(),
    }
}

async fn nothing(uri: Uri) -> Response {
    (StatusCode::NOT_FOUND, format!("There is nothing at {}; the page is at /.\n", uri.path()))
        .into_response()
}
