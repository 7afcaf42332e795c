//! The report in words.

use std::fmt::Write as _;

use super::super::stdio::harmless;
use super::report::{ExpectedSpeed, InspectedExperts, MemoryNeed, ModelReport, TypeShare, VocabularySummary};

impl ModelReport {
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let mut out = String::new();
        let mut line = |label: &str, text: &str| writeln!(out, "{label:<15} {}", harmless(text));
        for (index, file) in self.files.iter().enumerate() {
            line(if index == 0 { "file" } else { "" }, &file.display().to_string())?;
        }
        line("size", &format!("{}, GGUF version {}", bytes(self.bytes), self.gguf_version))?;
        line("architecture", &or_dash(&self.architecture))?;
        line("name", &or_dash(&self.name))?;
        line("runs", &self.problem.as_ref().map_or("yes".to_owned(), |problem| format!("no: {problem}")))?;
        for (index, remark) in self.remarks.iter().enumerate() {
            line(if index == 0 { "guessed" } else { "" }, remark)?;
        }
        line("parameters", &format!("{} in {} tensors", scaled(self.parameters), self.tensors))?;
        for share in &self.tensor_types {
            line("", &of_type(share))?;
        }
        line("active", &self.active())?;
        if let Some(roles) = self.active_roles() {
            line("", &roles)?;
        }
        line("experts", &self.experts.as_ref().map_or("none".to_owned(), of_experts))?;
        if self.experts.is_some() {
            let types: Vec<&str> = self.router_types.iter().map(String::as_str).collect();
            line("router", &if types.is_empty() { "-".to_owned() } else { types.join(", ") })?;
        }
        line("context", &count(self.context_length))?;
        line("layers", &count(self.layers))?;
        line("embedding", &count(self.embedding_length))?;
        line("tokenizer", &of_vocabulary(&self.vocabulary))?;
        line("chat template", if self.chat_template { "yes" } else { "no" })?;
        line("pictures", &self.pictures())?;
        for (index, text) in of_memory(&self.memory).iter().enumerate() {
            line(if index == 0 { "memory" } else { "" }, text)?;
        }
        if let Some(speed) = &self.speed {
            line("speed", &of_speed(speed, self.bytes_per_token, &self.memory))?;
        }
        line("license", &or_dash(&self.license))?;
        if let Some(link) = &self.license_link {
            line("", link)?;
        }
        line("author", &or_dash(&self.author))?;
        line("source", &or_dash(&self.source))?;
        Ok(out)
    }

    /// The needs of a run of it, a line each.
    pub(in crate::cli::model) fn needs(&self) -> Vec<String> {
        let mut lines = of_memory(&self.memory);
        lines.extend(self.speed.as_ref().map(|speed| of_speed(speed, self.bytes_per_token, &self.memory)));
        lines.iter().map(|line| harmless(line)).collect()
    }

    fn pictures(&self) -> String {
        match (&self.projector, &self.projector_problem) {
            (Some(projector), _) => format!("seen with {}", projector.display()),
            (None, Some(problem)) => format!("not seen: the projector can't be used: {problem}"),
            (None, None) => "not seen: no projector for it".to_owned(),
        }
    }

    fn active(&self) -> String {
        let Some(active) = self.active_parameters else { return "-".to_owned() };
        let read =
            self.bytes_per_token.map_or_else(String::new, |read| format!("; {} are read", bytes(read)));
        format!("{} for a token, embedding included{read}", scaled(active))
    }

    /// The roles of the active parameters, unless they are not known of all.
    fn active_roles(&self) -> Option<String> {
        let known: Option<Vec<_>> =
            self.roles.iter().map(|share| Some((share.role, share.active_parameters?))).collect();
        let told = known?.into_iter().filter(|&(_, active)| active > 0);
        let told: Vec<String> =
            told.map(|(role, active)| format!("{} {}", role.replace('_', " "), scaled(active))).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

fn of_type(share: &TypeShare) -> String {
    let TypeShare { name, tensors, parameters, bytes: size } = share;
    let size = size.map_or("-".to_owned(), bytes);
    format!("{name:<5} {tensors:>5} tensors {:>9} numbers {size:>10}", scaled(*parameters))
}

fn of_experts(experts: &InspectedExperts) -> String {
    let InspectedExperts { count: all, used, shared } = experts;
    let shared = if *shared > 0 { format!(", {shared} shared") } else { String::new() };
    format!("{all} a layer, {} used for a token{shared}", count(*used))
}

fn of_vocabulary(vocabulary: &VocabularySummary) -> String {
    let VocabularySummary { size, model, pre } = vocabulary;
    let kind = match model.as_deref() {
        Some("gpt2") => "byte-level BPE".to_owned(),
        Some("llama") => "SentencePiece".to_owned(),
        _ => or_dash(model),
    };
    let pre = pre.as_ref().map_or_else(String::new, |pre| format!(" split as {pre}"));
    format!("{kind}{pre}, {} tokens", count(*size))
}

fn of_memory(memory: &MemoryNeed) -> Vec<String> {
    let MemoryNeed { weights, cache_for_1000_tokens, state_per_sequence, machine } = memory;
    let machine =
        machine.map_or_else(String::new, |machine| format!("; this process may have {}", bytes(machine)));
    let mut lines = vec![format!("{} of weights{machine}", weights.map_or("-".to_owned(), bytes))];
    if let Some(cache) = cache_for_1000_tokens {
        lines.push(format!("{} for 1000 tokens of a sequence", bytes(*cache)));
    }
    if let Some(state) = state_per_sequence.filter(|&state| state > 0) {
        lines.push(format!("{} for the recurrent layers of a sequence", bytes(state)));
    }
    lines
}

fn of_speed(speed: &ExpectedSpeed, read: Option<u64>, memory: &MemoryNeed) -> String {
    let ExpectedSpeed { threads, memory_bandwidth, tokens_per_second } = speed;
    let rate = match *tokens_per_second {
        rate if rate < 10.0 => format!("{rate:.1}"),
        rate => format!("{rate:.0}"),
    };
    let fits = memory.weights.zip(memory.machine).is_none_or(|(weights, machine)| weights < machine);
    format!(
        "about {rate} tokens/s if memory is the limit: {} a token of {:.1} GB/s with {threads} {}{}",
        read.map_or("-".to_owned(), bytes),
        memory_bandwidth / 1e9,
        if *threads == 1 { "thread" } else { "threads" },
        if fits { "" } else { "; far less, since the weights do not fit into memory" },
    )
}

fn or_dash(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "-".to_owned())
}

fn count(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), |n| n.to_string())
}

/// A count with three digits or more and the unit that fits it.
fn scaled(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{:.1} k", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", count as f64 / 1e6),
        _ => format!("{:.2} G", count as f64 / 1e9),
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..10_240 => format!("{count} B"),
        10_240..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", count as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", count as f64 / 1_073_741_824.0),
    }
}
