//! What a trial does, in the process where it can do no harm.

use super::template::ChatTemplate;
use super::trial::TemplateTrial;

impl TemplateTrial {
    /// Compiles the template and writes the conversation, in this process and unguarded. What comes of it does not
    /// matter, only that it comes to an end.
    pub fn run(&self) {
        let Ok(template) = ChatTemplate::compile(&self.source, &self.bos, &self.eos) else { return };
        if let Some((messages, arguments)) = &self.conversation {
            drop(template.render_here(messages, arguments));
        }
    }
}
