//! The real services, asked by whoever holds a key. Off by default:
//!
//! ```sh
//! PELICYCLE_LIVE="anthropic/claude-haiku-4-5 ollama/qwen3:8b" \
//!   cargo test -p pelicycle-provider --test provider -- --ignored --nocapture live::
//! ```
//!
//! Keys come from the services' own variables. Each model is asked once, for a few tokens' worth of money.

use std::sync::Arc;

use pelicycle_provider::{Services, Variable};
use pelicycle_record::{Outcome, RequestRecord};

use crate::asking::{ReceivedReply, hear_of};

#[test]
#[ignore = "asks real services, for money: name them in PELICYCLE_LIVE"]
fn every_service_that_is_named_answers_and_its_answer_is_understood() {
    let named = std::env::var("PELICYCLE_LIVE").expect("PELICYCLE_LIVE names models, as PROVIDER/MODEL");
    let variables = Arc::new(|name: &str| std::env::var(name).ok().map(Variable::of_environment));
    let services = Services::new(variables);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut wrong = Vec::new();
    for name in named.split_whitespace() {
        let (provider, model) = name.split_once('/').expect("a model is named as PROVIDER/MODEL");
        let remote = services.model(provider, model).unwrap_or_else(|error| panic!("{error}"));
        let settings = remote.settle(&RequestRecord::default()).unwrap();
        let prompt = "Reply with the single word pelican.";
        let heard = runtime.block_on(hear_of(&remote, prompt, settings));
        println!("{name}: {heard:#?}");
        wrong.extend(faults(&heard).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn faults(heard: &ReceivedReply) -> Vec<String> {
    let mut faults = Vec::new();
    if heard.outcome() != Outcome::Complete {
        faults.push(format!("{:?}: {}", heard.outcome(), heard.error()));
    }
    if !heard.text.to_lowercase().contains("pelican") {
        faults.push(format!("the reply is {:?}", heard.text));
    }
    let usage = &heard.account.usage;
    if usage.input.is_none() || usage.output.is_none() {
        faults.push(format!("tokens are not known: {usage:?}"));
    }
    if heard.account.served.is_none() {
        faults.push("it does not say which model answered".to_owned());
    }
    faults.extend(heard.remarks().iter().map(|remark| format!("remark {remark}")));
    faults
}
