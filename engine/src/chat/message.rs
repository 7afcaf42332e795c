//! Messages of a conversation: who speaks, and what: text, and pictures between it.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::vision::Picture;

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// The speaker: `system`, `user` or `assistant`.
    pub role: String,
    /// The text and pictures.
    pub content: MessageContent,
}

impl ChatMessage {
    /// A message of the user's.
    pub fn user(content: impl Into<MessageContent>) -> ChatMessage {
        ChatMessage { role: "user".into(), content: content.into() }
    }

    /// A reply of the model's.
    pub fn assistant(content: impl Into<MessageContent>) -> ChatMessage {
        ChatMessage { role: "assistant".into(), content: content.into() }
    }

    /// An instruction that stands before a conversation.
    pub fn system(content: impl Into<MessageContent>) -> ChatMessage {
        ChatMessage { role: "system".into(), content: content.into() }
    }
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessagePart {
    /// Text.
    Text(String),
    /// A picture.
    Picture(Picture),
}

/// The content of a message: its parts in order. Text alone is what every model reads.
///
/// Chat templates see a string where there is no picture, and a list of `{type: "text", text: …}` and `{type: "image"}`
/// where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageContent {
    /// The parts.
    pub parts: Vec<MessagePart>,
}

impl MessageContent {
    /// The pictures in it, in order.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.parts.iter().filter_map(|part| match part {
            MessagePart::Picture(picture) => Some(picture),
            MessagePart::Text(_) => None,
        })
    }

    /// Its text, with this in the place of each picture.
    pub fn text_with(&self, mark: &str) -> String {
        let mut all = String::new();
        for part in &self.parts {
            all.push_str(match part {
                MessagePart::Text(text) => text,
                MessagePart::Picture(_) => mark,
            });
        }
        all
    }
}

impl Serialize for MessageContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.pictures().next().is_none() {
            return serializer.serialize_str(&self.text_with(""));
        }
        let mut list = serializer.serialize_seq(Some(self.parts.len()))?;
        for part in &self.parts {
            list.serialize_element(&match part {
                MessagePart::Text(text) => serde_json::json!({ "type": "text", "text": text }),
                MessagePart::Picture(_) => serde_json::json!({ "type": "image" }),
            })?;
        }
        list.end()
    }
}

impl From<String> for MessagePart {
    fn from(text: String) -> MessagePart {
        MessagePart::Text(text)
    }
}

impl From<&str> for MessagePart {
    fn from(text: &str) -> MessagePart {
        MessagePart::Text(text.to_owned())
    }
}

impl From<Picture> for MessagePart {
    fn from(picture: Picture) -> MessagePart {
        MessagePart::Picture(picture)
    }
}

impl From<String> for MessageContent {
    fn from(text: String) -> MessageContent {
        MessageContent { parts: vec![text.into()] }
    }
}

impl From<&str> for MessageContent {
    fn from(text: &str) -> MessageContent {
        MessageContent { parts: vec![text.into()] }
    }
}

impl From<Picture> for MessageContent {
    fn from(picture: Picture) -> MessageContent {
        MessageContent { parts: vec![picture.into()] }
    }
}

impl From<Vec<MessagePart>> for MessageContent {
    fn from(parts: Vec<MessagePart>) -> MessageContent {
        MessageContent { parts }
    }
}
