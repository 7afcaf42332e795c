//! Chat templates against what the reference implementation renders, and against templates that misbehave.

use pelicycle_engine::chat::{ChatError, ChatMessage, ChatTemplate};
use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataArray, MetadataValue};
use serde_json::{Map, Value, json};

use crate::support::parts::Parts;
use crate::support::shared;

#[test]
fn every_golden_conversation_renders_the_same() {
    let Some(shared) = shared() else { return };
    let mut cases = 0;
    for part in ["golden", "golden-2"] {
        let folder = shared.join(part).join("chat");
        let golden = std::fs::read(folder.join("chat.json")).unwrap();
        let golden: Value = serde_json::from_slice(&golden).unwrap();
        for (name, set) in golden["templates"].as_object().unwrap() {
            let source = std::fs::read_to_string(folder.join(set["template"].as_str().unwrap())).unwrap();
            let token = |key: &str| set[key].as_str().unwrap_or_default();
            let mut template = ChatTemplate::new(&source, token("bos_token"), token("eos_token")).unwrap();
            if let Some(now) = golden["now"].as_str() {
                template = template.at(now.parse().unwrap());
            }
            for case in set["cases"].as_array().unwrap() {
                cases += 1;
                let label = format!("{part}/{name}/{}", case["name"]);
                let rendered = template
                    .render(case["messages"].as_array().unwrap(), case["arguments"].as_object().unwrap());
                agrees(&label, case, rendered);
            }
        }
    }
    assert!(cases >= 200, "{cases}");
}

/// Holds what came of a conversation to the reference.
fn agrees(label: &str, case: &Value, rendered: Result<String, ChatError>) {
    match (case["error"].as_str(), rendered) {
        (None, rendered) => assert_eq!(rendered.unwrap(), case["rendered"].as_str().unwrap(), "{label}"),
        (Some(error), Err(ChatError::Refused(words))) => {
            assert_eq!(error, format!("TemplateError: {words}"), "{label}");
        }
        // The reference's sandbox refuses a list's `append`, and we a method that we don't have.
        (Some(error), Err(ChatError::Render(_))) if error.starts_with("SecurityError") => {}
        (Some(_), other) => panic!("{label}: {other:?}"),
    }
}

fn render(source: &str) -> Result<String, ChatError> {
    ChatTemplate::new(source, "<s>", "</s>")?.render(&[ChatMessage::user("hi")], &Map::new())
}

#[test]
fn a_template_without_an_end_is_stopped() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ '' }}{% endfor %}{% endfor %}";
    assert!(matches!(render(endless), Err(ChatError::TooManySteps)));
    let flood = "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}";
    assert!(matches!(render(flood), Err(ChatError::TooMuchOutput)));
    let recursive = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
    assert!(matches!(render(recursive), Err(ChatError::Render(_))));
}

#[test]
fn a_template_that_is_no_jinja_is_refused_with_its_line() {
    let error = render("line one\n{% if %}").unwrap_err();
    assert!(matches!(&error, ChatError::Syntax(_)) && error.to_string().contains(":2"), "{error}");
}

#[test]
fn values_are_as_in_jinja2() {
    let shown = "{{ true }} {{ none }} {{ [1, 'a'] }} {{ missing }}{{ messages[0].missing }}|{{ bos_token }}";
    assert_eq!(render(shown).unwrap(), "True None [1, 'a'] |<s>");
    assert_eq!(render("{% generation %}x{%- endgeneration %}\n").unwrap(), "x");
    assert_eq!(render("{{ none is iterable }}{{ [] is iterable }}").unwrap(), "FalseTrue");
    assert_eq!(render("{{ tools is none }}{{ add_generation_prompt }}").unwrap(), "TrueFalse");
    assert_eq!(render("{{ 'a b'.split(' ')[1].strip() }}{{ strftime_now('%%') }}").unwrap(), "b%");
}

#[test]
fn arguments_reach_the_template() {
    let template = ChatTemplate::new("{{ enable_thinking }}{{ tools | tojson }}", "", "").unwrap();
    let arguments = json!({"enable_thinking": false, "tools": [{"b": 1, "a": "<"}]});
    let rendered = template.render::<Value>(&[], arguments.as_object().unwrap()).unwrap();
    assert_eq!(rendered, r#"False[{"b": 1, "a": "<"}]"#);
}

/// `scripts/renew-jinja2` makes the fixture with Jinja2 itself.
#[test]
fn every_snippet_renders_as_jinja2_renders_it() {
    let fixture: Value = serde_json::from_str(include_str!("../fixtures/jinja2.json")).unwrap();
    let mut context = fixture["context"].as_object().unwrap().clone();
    let messages = context.remove("messages").unwrap();
    let (bos, eos) = (context.remove("bos_token").unwrap(), context.remove("eos_token").unwrap());
    for case in fixture["cases"].as_array().unwrap() {
        let source = case[0].as_str().unwrap();
        let rendered = ChatTemplate::new(source, bos.as_str().unwrap(), eos.as_str().unwrap())
            .map(|template| template.at(fixture["now"].as_str().unwrap().parse().unwrap()))
            .and_then(|template| template.render(messages.as_array().unwrap(), &context));
        assert_eq!(
            rendered.unwrap_or_else(|e| panic!("{source}: {e}")),
            case[1].as_str().unwrap(),
            "{source}"
        );
    }
}

#[test]
fn a_blank_template_is_none() {
    let Some(mut parts) = Parts::golden("qwen3.f16") else { return };
    for blank in ["", " \n"] {
        parts.set("tokenizer.chat_template", Some(MetadataValue::String(blank.into())));
        let template = ChatTemplate::from_gguf(&parts.gguf()).unwrap();
        assert!(template.remark().is_some(), "{blank:?}");
        let rendered = template.render(&[ChatMessage::user("hi")], &Map::new()).unwrap();
        assert!(rendered.contains("hi"), "{rendered}");
    }
}

/// Each of these would write gigabytes or take hours; that an error comes says that it was not begun.
#[test]
fn what_would_write_without_end_is_refused_before_it_does() {
    for source in [
        "{{ 'a'|center(3000000000) }}",
        "{{ 'a'.center(3000000000) }}{{ 'a'.ljust(3000000000) }}",
        "{{ 'a\tb'.expandtabs(3000000000) }}",
        "{{ '%3000000000d'|format(1) }}",
        "{{ '%3000000000d' % 1 }}",
        "{{ '%.3000000000f' % 1 }}",
        "{{ 'a\nb'|indent(3000000000) }}",
        "{{ [1,[2,[3]]]|tojson(indent=1000000000) }}",
        "{% set x = 'x' * 30000 %}{{ ('\n' * 30000)|indent(x, blank=true)|length }}",
        "{% set x = 'x' * 1000000 %}{{ range(10000)|list|tojson(separators=(x, x))|length }}",
        "{% set x = 'x' * 1000000 %}{{ range(10000)|list|tojson(indent=x)|length }}",
        "{% set x = '%s' * 10000 %}{{ (x % ((('y' * 1000000),) * 10000))|length }}",
        "{{ ('x' * 3000000000)|length }}",
        "{{ 9**9**9 }}",
        "{{ 'a'.partition('') }}",
        "{{ '{:3000000000}'.format(1) }}",
        "{{ '{:.3000000000f}{:>9}'.format(1.5, 2) }}",
        "{% set x = '{0}' * 10000 %}{{ x.format('y' * 1000000)|length }}",
        "{% set x = '{a}' * 10000 %}{{ x.format(a='y' * 1000000)|length }}",
    ] {
        assert!(render(source).is_err(), "{source}");
    }
}

/// What fills places breaks down within such a letter; fuzzing found it.
#[test]
fn a_place_that_is_named_by_letters_beyond_ascii_is_an_error() {
    for source in [
        "{{ '%(a߄)s' % 1 }}",
        "{{ '%(a߄' % 1 }}",
        "{{ '%(߄)r'|format(1) }}",
        "{{ '{0[߄]}'.format({}) }}",
        "{{ '{a[b][߄}]}'.format(a={}) }}",
        "{{ '{0[{߄]}'.format({}) }}",
        "{{ '{0[:߄'.format({}) }}",
    ] {
        assert!(render(source).is_err(), "{source}");
    }
    assert_eq!(render("{{ '{} [é] {}'.format('ß', 'ü') }}").unwrap(), "ß [é] ü");
}

// The expected texts are what CPython 3.11 prints.
#[test]
fn values_print_as_python_prints_them() {
    let shown = |value: Value| {
        let template = ChatTemplate::new("{{ value }}", "", "").unwrap();
        template.render::<Value>(&[], json!({ "value": value }).as_object().unwrap()).unwrap()
    };
    let mixed = json!({"b": true, "a": [null, 1, 1.0, 1e-5, 1e16, 0.1], "q": "it's \"x\"\n"});
    assert_eq!(shown(mixed), r#"{'b': True, 'a': [None, 1, 1.0, 1e-05, 1e+16, 0.1], 'q': 'it\'s "x"\n'}"#);
    assert_eq!(shown(json!("it's")), "it's");
    assert_eq!(shown(json!(["it's"])), r#"["it's"]"#);
    assert_eq!(render("{{ missing }}").unwrap(), "");
}

/// The prompt of a file that has no template and a vocabulary with these tokens, and what is said of it.
fn without_a_template(marks: &[&str]) -> (String, String) {
    let tokens: Vec<String> = ["<s>", "</s>"].iter().chain(marks).map(|&token| token.to_owned()).collect();
    let mut contents = GgufBuilder::default();
    contents.pair("tokenizer.ggml.tokens", MetadataValue::Array(MetadataArray::String(tokens)));
    contents.pair("tokenizer.ggml.bos_token_id", MetadataValue::U32(0));
    contents.pair("tokenizer.ggml.eos_token_id", MetadataValue::U32(1));
    let mut file = Vec::new();
    contents.write(&mut file, |_, _| Ok(())).unwrap();
    let template = ChatTemplate::from_gguf(&Gguf::from_bytes(&file).unwrap()).unwrap();
    let messages = [ChatMessage::user("Draw"), ChatMessage::assistant("<svg/>"), ChatMessage::user("Again")];
    let arguments = json!({"add_generation_prompt": true});
    let prompt = template.render(&messages, arguments.as_object().unwrap()).unwrap();
    (prompt, template.remark().unwrap().to_owned())
}

/// The prompts are those of the templates that these families' own files carry, but for what those say of dates and tools.
#[test]
fn a_file_without_a_template_is_written_in_the_form_of_its_marks() {
    let llama3 = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"];
    let glm = ["[gMASK]", "<sop>", "<|user|>", "<|assistant|>"];
    let forms: [(&str, &[&str], &str); 8] = [
        (
            "Llama 3",
            &llama3,
            "<s><|start_header_id|>user<|end_header_id|>\n\nDraw<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n<svg/><|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAgain<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            "ChatML",
            &["<|im_start|>", "<|im_end|>"],
            "<|im_start|>user\nDraw<|im_end|>\n<|im_start|>assistant\n<svg/><|im_end|>\n<|im_start|>user\nAgain<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "Gemma 4",
            &["<|turn>", "<turn|>"],
            "<s><|turn>user\nDraw<turn|>\n<|turn>model\n<svg/><turn|>\n<|turn>user\nAgain<turn|>\n<|turn>model\n",
        ),
        (
            "Gemma",
            &["<start_of_turn>", "<end_of_turn>"],
            "<s><start_of_turn>user\nDraw<end_of_turn>\n<start_of_turn>model\n<svg/><end_of_turn>\n<start_of_turn>user\nAgain<end_of_turn>\n<start_of_turn>model\n",
        ),
        ("GLM-4", &glm, "[gMASK]<sop><|user|>\nDraw<|assistant|>\n<svg/><|user|>\nAgain<|assistant|>\n"),
        (
            "Phi-3",
            &["<|user|>", "<|assistant|>", "<|end|>"],
            "<|user|>\nDraw<|end|>\n<|assistant|>\n<svg/><|end|>\n<|user|>\nAgain<|end|>\n<|assistant|>\n",
        ),
        ("Mistral", &["[INST]", "[/INST]"], "<s>[INST]Draw[/INST]<svg/></s>[INST]Again[/INST]"),
        (
            "DeepSeek",
            &["<｜User｜>", "<｜Assistant｜>"],
            "<s><｜User｜>Draw<｜Assistant｜><svg/></s><｜User｜>Again<｜Assistant｜>",
        ),
    ];
    for (name, marks, expected) in forms {
        let (prompt, remark) = without_a_template(marks);
        assert_eq!(prompt, expected, "{name}");
        assert!(remark.contains(&format!("the marks of {name},")), "{remark}");
    }
    // All of a form's marks have to be there.
    for marks in [&[][..], &llama3[..2], &glm[..3]] {
        let (prompt, remark) = without_a_template(marks);
        assert_eq!(prompt, "<s>Draw\n<svg/>\nAgain\n");
        assert!(remark.contains("stands alone"), "{remark}");
    }
}
