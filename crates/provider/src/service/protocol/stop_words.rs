//! The words by which services say why a reply ended: gateways pass on those of other protocols, in other spellings.

/// The meaning of such a word, whatever the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum StopMeaning {
    /// The model ended its turn.
    Turn,
    /// A bound on tokens was reached.
    Bound,
    /// The context is full.
    Context,
    /// The service stopped a reply that went round in a circle.
    Circle,
    /// A filter of the service stopped the reply.
    Filter,
    /// The model declined.
    Refusal,
    /// The service itself failed, or was told to stop.
    Broken,
}

/// The words of each meaning, as letters alone.
const WORDS: [(StopMeaning, &[&str]); 7] = [
    (
        StopMeaning::Turn,
        &[
            "stop",
            "stopsequence",
            "endturn",
            "endofturn",
            "eos",
            "eostoken",
            "completed",
            "complete",
            "finished",
        ],
    ),
    (
        StopMeaning::Bound,
        &[
            "length",
            "maxtokens",
            "maxoutputtokens",
            "maxcompletiontokens",
            "maxnewtokens",
            "maxlength",
            "tokenlimit",
            "limit",
            "truncated",
        ],
    ),
    (
        StopMeaning::Context,
        &[
            "modellength",
            "modelcontextwindowexceeded",
            "contextwindowexceeded",
            "contextlengthexceeded",
            "contextlength",
            "maxcontextlength",
            "contextfull",
        ],
    ),
    (StopMeaning::Circle, &["repetition", "repetitiontruncation", "repetitiondetected"]),
    (
        StopMeaning::Filter,
        &[
            "contentfilter",
            "contentfiltered",
            "safety",
            "sensitive",
            "blocked",
            "blocklist",
            "prohibitedcontent",
            "recitation",
            "spii",
            "moderation",
            "guardrail",
            "guardrailintervened",
        ],
    ),
    (StopMeaning::Refusal, &["refusal", "refused"]),
    (
        StopMeaning::Broken,
        &[
            "error",
            "abort",
            "aborted",
            "cancel",
            "cancelled",
            "canceled",
            "timeout",
            "timedout",
            "failed",
            "failure",
            "interrupted",
            "insufficientsystemresource",
            "networkerror",
            "servererror",
            "internalerror",
        ],
    ),
];

/// The meaning of a word, where it has one everywhere.
pub(in super::super) fn meaning(word: &str) -> Option<StopMeaning> {
    let letters: String =
        word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    WORDS.iter().find(|(_, words)| words.contains(&letters.as_str())).map(|(meaning, _)| *meaning)
}
