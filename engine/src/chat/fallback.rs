//! The template of a file that carries none: the form that its vocabulary's marks are of.

/// A way of writing conversations, told by the tokens that it needs.
struct Form {
    name: &'static str,
    /// Tokens that the vocabulary has where models of this form were trained.
    tokens: &'static [&'static str],
    template: &'static str,
}

/// Forms, those with the rarest tokens first.
const FORMS: &[Form] = &[
    Form {
        name: "Llama 3",
        tokens: &["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        template: "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
    },
    Form {
        name: "ChatML",
        tokens: &["<|im_start|>", "<|im_end|>"],
        template: "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    },
    Form {
        name: "Gemma 4",
        tokens: &["<|turn>", "<turn|>"],
        template: "{{ bos_token }}{% for m in messages %}<|turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content }}<turn|>\n{% endfor %}{% if add_generation_prompt %}<|turn>model\n{% endif %}",
    },
    Form {
        name: "Gemma",
        tokens: &["<start_of_turn>", "<end_of_turn>"],
        template: "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else 'user' }}\n{{ m.content }}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}",
    },
    Form {
        name: "GLM-4",
        tokens: &["[gMASK]", "<sop>", "<|user|>", "<|assistant|>"],
        template: "[gMASK]<sop>{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    },
    Form {
        name: "Phi-3",
        tokens: &["<|user|>", "<|assistant|>", "<|end|>"],
        template: "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
    },
    Form {
        name: "Mistral",
        tokens: &["[INST]", "[/INST]"],
        template: "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}{{ eos_token }}{% else %}[INST]{{ m.content }}[/INST]{% endif %}{% endfor %}",
    },
    Form {
        name: "DeepSeek",
        tokens: &["<｜User｜>", "<｜Assistant｜>"],
        template: "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}<｜Assistant｜>{{ m.content }}{{ eos_token }}{% elif m.role == 'user' %}<｜User｜>{{ m.content }}{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜>{% endif %}",
    },
];

/// For a model that was trained on plain text.
const PLAIN: &str = "{{ bos_token }}{% for m in messages %}{{ m.content }}\n{% endfor %}";

/// The template for a vocabulary, and a remark that says which.
pub(super) fn template(texts: &[String]) -> (&'static str, String) {
    let has = |token: &&str| texts.iter().any(|text| text == token);
    match FORMS.iter().find(|form| form.tokens.iter().all(has)) {
        Some(form) => {
            let remark = format!(
                "The file has no chat template; its vocabulary has the marks of {}, so conversations are written \
                 in that form.",
                form.name
            );
            (form.template, remark)
        }
        None => {
            let remark = "The file has no chat template, and its vocabulary no marks that are known; the prompt \
                          stands alone, as text to be continued.";
            (PLAIN, remark.to_owned())
        }
    }
}
