//! Our reading of the protocols against somebody else's: aimock imitates all of the services on one port.

use std::time::Duration;

use pelicycle_record::{Outcome, RequestRecord};

use crate::aimock::Aimock;
use crate::asking::{ReceivedReply, hear_of, services};

const SVG: &str = "<svg viewBox=\"0 0 9 9\"><title>Pélican 🚲</title></svg>";

/// The protocols, and the path in front of theirs.
const DIALECTS: [(&str, &str); 5] =
    [("anthropic", ""), ("responses", "/v1"), ("chat", "/v1"), ("gemini", ""), ("ollama", "")];

/// Asks it by a protocol.
fn ask_by(mock: &Aimock, (dialect, path): (&str, &str), prompt: &str) -> ReceivedReply {
    let providers = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"http://127.0.0.1:{}{path}\"\nkey_env = [\"TEST_KEY\"]\n\
         tries = 2\nbackoff_seconds = 0.02\nmax_tokens = 900\n",
        mock.port
    );
    let remote = services(&providers).model("test", "m").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(hear_of(&remote, prompt, RequestRecord::default()))
}

#[test]
fn every_protocol_is_read_as_someone_else_speaks_it() {
    let Some(mock) = Aimock::start() else { return };
    for dialect in DIALECTS {
        let heard = ask_by(&mock, dialect, "think");
        assert_eq!((heard.text.as_str(), heard.outcome()), (SVG, Outcome::Complete), "{dialect:?}");
        // It gives Ollama's reasoning another name than Ollama does.
        if dialect.0 != "ollama" {
            assert_eq!(heard.reasoning, "A pelican needs a pouch.", "{dialect:?}");
            assert_eq!(heard.account.usage.output, Some(9), "{dialect:?}");
        }
        assert!(heard.pieces.len() > 5, "{dialect:?}: it came in pieces");

        let heard = ask_by(&mock, dialect, "length");
        // It knows no length of Ollama's.
        let ended = if dialect.0 == "ollama" { Outcome::Complete } else { Outcome::Length };
        assert_eq!((heard.text.as_str(), heard.outcome()), ("Stopped early", ended), "{dialect:?}");

        let heard = ask_by(&mock, dialect, "slow");
        let (first, last) = (heard.pieces[0].0, heard.pieces.last().unwrap().0);
        assert!(
            first >= Duration::from_millis(350) && last > first + Duration::from_millis(50),
            "{dialect:?}"
        );
        assert_eq!(heard.outcome(), Outcome::Complete, "{dialect:?}");

        let heard = ask_by(&mock, dialect, "cutoff");
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Cut, 1), "{dialect:?}: {}", heard.error());
        assert!(
            !heard.text.is_empty()
                && "This will be cut before the end: a long text in many small pieces, of which few arrive."
                    .starts_with(&heard.text)
        );

        let heard = ask_by(&mock, dialect, "busy");
        assert_eq!((heard.outcome(), heard.sent), (Outcome::Error, 2), "{dialect:?}");
        assert!(
            heard.error().contains("HTTP 429") && heard.error().contains("Rate limit reached"),
            "{dialect:?}"
        );
        assert!(heard.service().tries[0].waited.unwrap() >= 1.0, "it asks for a second: {dialect:?}");
    }
}
