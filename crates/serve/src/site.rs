//! The server: pages and files of the gallery, and word of each change as server-sent events.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, middleware};
use futures_util::Stream;
use futures_util::stream::unfold;
use pelicycle_site::live;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::file::{self, FileLookup, HTML, SVG};
use super::guard::{RequestGuard, guard, is_seen};
use super::vote::{GalleryVoting, keep_up, pages_of};
use super::vote_link;

/// The path of the events that tell of changes. No file of the gallery has such a name.
const CHANGES: &str = "/.changes";

/// The state that requests are answered from.
#[derive(Debug, Clone)]
struct AppState {
    root: PathBuf,
    changes: watch::Receiver<u64>,
    /// The voting of visitors, if they may vote.
    voting: Option<Arc<GalleryVoting>>,
}

/// Serves the gallery in `root` at `listener` and does not end; pages load themselves anew when `changes` changes and
/// they did. With `voting` they lead to pages on which visitors vote; only a listener that this machine alone reaches has those.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    root: &Path,
    changes: watch::Receiver<u64>,
    voting: Option<Arc<GalleryVoting>>,
) -> io::Result<()> {
    let own: SocketAddr = listener.local_addr()?;
    // Whoever reaches the pages votes in one person's name.
    let voting = voting.filter(|_| own.ip().is_loopback());
    let state = AppState { root: root.to_owned(), changes, voting: voting.clone() };
    let app = Router::new()
        .route(CHANGES, get(tell))
        .fallback(show)
        .with_state(state)
        .layer(middleware::from_fn_with_state(RequestGuard { own, posts: false }, guard));
    let Some(voting) = voting else { return axum::serve(listener, app).await };
    let app = app.merge(pages_of(Arc::clone(&voting), own));
    tokio::select! {
        ended = axum::serve(listener, app) => ended,
        never = keep_up(move || voting.refresh()) => match never {},
    }
}

/// One event now, and one after each change: whoever connects anew may have missed some.
async fn tell(State(app): State<AppState>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changes = app.changes;
    changes.mark_changed();
    let events = unfold(changes, |mut changes| async {
        changes.changed().await.ok()?;
        let number = *changes.borrow_and_update();
        Some((Ok(Event::default().data(number.to_string())), changes))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn show(State(app): State<AppState>, request: Request) -> Response {
    let (path, known) = (request.uri().path().to_owned(), request.headers().clone());
    let AppState { root, voting, .. } = app;
    let (asked, noting) = (path.clone(), voting.clone().filter(|_| is_seen(&known)));
    let found = tokio::task::spawn_blocking(move || {
        let found = file::find(&root, &asked);
        if let (FileLookup::File { .. }, Some(voting)) = (&found, noting) {
            voting.note_opened(&asked);
        }
        found
    });
    match found.await.unwrap_or(FileLookup::Nothing) {
        FileLookup::File { content, kind } => file(content, kind, &known, voting.is_some().then_some(&path)),
        FileLookup::Folder => match HeaderValue::try_from(format!("{}/", request.uri().path())) {
            Ok(place) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response(),
            Err(_) => nothing(request.uri()),
        },
        FileLookup::Nothing => nothing(request.uri()),
    }
}

fn nothing(uri: &Uri) -> Response {
    (StatusCode::NOT_FOUND, format!("The gallery has nothing at {}.\n", uri.path())).into_response()
}

/// The file, or word that the asker has it. A page has a way to where its visitors vote, if `votable` says at which path it is.
fn file(content: Vec<u8>, kind: &'static str, known: &HeaderMap, votable: Option<&String>) -> Response {
    let content = match votable {
        Some(path) if kind == HTML => vote_link::linked(&content, path),
        _ => content,
    };
    // Of all that goes out. A page says its own tag, which is left open here.
    let tag = match kind {
        HTML => tag(&live(&content, "", CHANGES)),
        _ => tag(&content),
    };
    let has = known.get(header::IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == tag.as_bytes());
    let tagged = [(header::ETAG, tag.clone()), (header::CONTENT_TYPE, kind.to_owned())];
    if has {
        return (StatusCode::NOT_MODIFIED, tagged).into_response();
    }
    let content = if kind == HTML { live(&content, &tag, CHANGES) } else { content };
    let mut answer = (tagged, content).into_response();
    if kind == SVG {
        // Opened by itself it would be a document of this server's.
        answer
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DRAWING_POLICY));
    }
    answer
}

fn tag(content: &[u8]) -> String {
    format!("\"{}\"", &blake3::hash(content).to_hex()[..32])
}

/// The policy for a drawing that is opened by itself: it may have its own styles.
const DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_a_page_is_of_what_goes_out() {
        let page = br#"<header class="masthead"></header><p>x</p>"#.to_vec();
        let path = "/index.html".to_owned();
        let tag = |votable| {
            let answer = file(page.clone(), HTML, &HeaderMap::new(), votable);
            answer.headers().get(header::ETAG).unwrap().clone()
        };
        assert_ne!(tag(None), tag(Some(&path)), "one has a link to vote and one has none");
        assert_eq!(tag(Some(&path)), tag(Some(&path)));
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag(None))]);
        let status = |votable| file(page.clone(), HTML, &known, votable).status();
        assert_eq!((status(None), status(Some(&path))), (StatusCode::NOT_MODIFIED, StatusCode::OK));
    }
}
