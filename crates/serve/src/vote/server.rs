//! The server: the page, its pictures, and the two forms on it, for one session or for those of a gallery.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use pelicycle_record::Preference;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use url::form_urlencoded;

use super::error::VoteRefusal;
use super::gallery::GalleryVoting;
use super::page::{self, PagePlace};
use super::session::VotingSession;
use crate::{RequestGuard, guard};

/// The pause between two looks at the results.
const POLL: Duration = Duration::from_millis(500);
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
    let app = routes(Router::new(), "/")
        // Browsers ask for it unasked.
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .fallback(nothing)
        .with_state(VotingSessions::One(Arc::clone(&session)))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(RequestGuard { own, posts: true }, guard));
    tokio::select! {
        ended = axum::serve(listener, app) => ended,
        never = keep_up(move || session.refresh()) => match never {},
    }
}

/// The pages on which a gallery's visitors vote, one for each prompt and one for all, with nothing else.
pub(crate) fn pages_of(voting: Arc<GalleryVoting>, own: std::net::SocketAddr) -> Router {
    routes(Router::new(), GalleryVoting::ROUTE)
        .route(GalleryVoting::DOOR, get(lead_in))
        .route(GalleryVoting::DOOR.trim_end_matches('/'), get(lead_in))
        .with_state(VotingSessions::Gallery(voting))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(RequestGuard { own, posts: true }, guard))
}

fn routes(router: Router<VotingSessions>, base: &str) -> Router<VotingSessions> {
    router
        .route(base, get(show))
        .route(&format!("{base}drawings/{{token}}"), get(picture))
        .route(&format!("{base}vote"), post(vote))
        .route(&format!("{base}undo"), post(undo))
}

/// The voting sessions of a server: one for all, or one a prompt.
#[derive(Debug, Clone)]
enum VotingSessions {
    One(Arc<VotingSession>),
    /// By prompt, beside a gallery.
    Gallery(Arc<GalleryVoting>),
}

/// The session that a request is for, and where its page is.
#[derive(Debug, Clone)]
struct RequestedSession {
    session: Arc<VotingSession>,
    place: PagePlace,
}

impl FromRequestParts<VotingSessions> for RequestedSession {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        sessions: &VotingSessions,
    ) -> Result<RequestedSession, Response> {
        let voting = match sessions {
            VotingSessions::One(session) => {
                return Ok(RequestedSession { session: Arc::clone(session), place: PagePlace::alone() });
            }
            VotingSessions::Gallery(voting) => Arc::clone(voting),
        };
        let Some(stem) = parameter(parts, "prompt").await else {
            return Err(nothing(parts.uri.clone()).await);
        };
        let place = PagePlace::beside_gallery(&stem);
        match spawn_blocking(move || voting.session(&stem)).await {
            Ok(Ok(Some(session))) => Ok(RequestedSession { session, place }),
            Ok(Ok(None)) => Err((StatusCode::NOT_FOUND, "The gallery has no such prompt.\n").into_response()),
            Ok(Err(error)) => Err(failed(&error.to_string())),
            Err(_) => Err(failed("the voting could not begin")),
        }
    }
}

/// A part of a request's path, by its name in the route.
async fn parameter(parts: &mut Parts, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

async fn lead_in() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, GalleryVoting::page(GalleryVoting::ALL))]).into_response()
}

/// Takes in what comes while somebody votes, by `refresh`.
pub(crate) async fn keep_up(refresh: impl Fn() + Send + Sync + 'static) -> Infallible {
    let (mut pause, refresh) = (POLL, Arc::new(refresh));
    loop {
        tokio::time::sleep(pause).await;
        let (refresh, since) = (Arc::clone(&refresh), Instant::now());
        // One that failed is done anew the next time.
        drop(spawn_blocking(move || refresh()).await);
        pause = POLL.max(since.elapsed() * SHARE);
    }
}

async fn show(requested: RequestedSession) -> Response {
    page(requested, StatusCode::OK, None).await
}

async fn vote(requested: RequestedSession, form: Bytes) -> Response {
    let preference = field(&form, "choice").and_then(|choice| match &*choice {
        "left" => Some(Preference::Left),
        "right" => Some(Preference::Right),
        "tie" => Some(Preference::Tie),
        "both-bad" => Some(Preference::BothBad),
        _ => None,
    });
    let (Some(token), Some(preference)) = (field(&form, "token"), preference) else { return no_form() };
    answer(requested, move |session| session.vote(&token, preference)).await
}

async fn undo(requested: RequestedSession, form: Bytes) -> Response {
    let Some(token) = field(&form, "token") else { return no_form() };
    answer(requested, move |session| session.undo(&token)).await
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
    requested: RequestedSession,
    act: impl FnOnce(&VotingSession) -> Result<(), VoteRefusal> + Send + 'static,
) -> Response {
    let actor = Arc::clone(&requested.session);
    match spawn_blocking(move || act(&actor)).await {
        Ok(Ok(())) => (StatusCode::SEE_OTHER, [(header::LOCATION, requested.place.base)]).into_response(),
        Ok(Err(refusal)) => {
            let status = match refusal {
                VoteRefusal::Stale | VoteRefusal::Gone | VoteRefusal::Named | VoteRefusal::NotLast => {
                    StatusCode::CONFLICT
                }
                VoteRefusal::Unkept(_) | VoteRefusal::Kept(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            page(requested, status, Some(refusal.to_string())).await
        }
        Err(_) => failed("the vote could not be dealt with"),
    }
}

async fn page(
    RequestedSession { session, place }: RequestedSession,
    status: StatusCode,
    notice: Option<String>,
) -> Response {
    let made = spawn_blocking(move || {
        let view = session.view().map_err(|error| error.to_string())?;
        page::page(&view, &place, notice).map_err(|error| error.to_string())
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

async fn picture(RequestedSession { session, .. }: RequestedSession, parameters: RawPathParams) -> Response {
    let token = parameters.iter().find(|(key, _)| *key == "token").map(|(_, value)| value.to_owned());
    let token = token.unwrap_or_default();
    // The lock may be held while a disk is slow.
    match spawn_blocking(move || session.picture(&token)).await {
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
