//! Tests of the files that are fetched of repositories whose files are named as publishers name theirs.

use super::tests::chosen;

/// Quantizations as one publisher's repositories have them, each in a file of its own.
fn each(before: &str, quantizations: &[&str]) -> Vec<String> {
    quantizations.iter().map(|tag| format!("{before}{tag}.gguf")).collect()
}

/// The parts of a split model.
fn parts(before: &str, count: u32) -> Vec<String> {
    (1..=count).map(|part| format!("{before}-{part:05}-of-{count:05}.gguf")).collect()
}

/// The file that is fetched without a tag, of files of any name; of a split model the first part.
fn usual(files: &[Vec<String>]) -> String {
    let names: Vec<&str> = files.iter().flatten().map(String::as_str).collect();
    chosen("a/b", &names).unwrap_or_else(|error| panic!("{names:?}: {error}"))[0].clone()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const UNSLOTH: &[&str] = &[
    "BF16-00001-of-00002",
    "BF16-00002-of-00002",
    "IQ4_NL",
    "IQ4_XS",
    "MXFP4_MOE",
    "Q3_K_M",
    "Q4_0",
    "Q4_1",
    "Q4_K_S",
    "Q5_K_M",
    "Q8_0",
    "UD-IQ1_M",
    "UD-Q2_K_XL",
    "UD-Q4_K_XL",
    "UD-Q8_K_XL",
];

const BARTOWSKI: &[&str] = &[
    "IQ2_M", "IQ3_XS", "IQ4_XS", "Q2_K", "Q2_K_L", "Q3_K_XL", "Q4_0", "Q4_0_4_4", "Q4_1", "Q4_K_L", "Q4_K_M",
    "Q4_K_S", "Q5_K_L", "Q6_K", "Q8_0", "bf16", "f32",
];

const MRADERMACHER: &[&str] =
    &["IQ4_XS", "Q2_K", "Q3_K_L", "Q4_K_M", "Q4_K_S", "Q5_K_M", "Q6_K", "Q8_0", "f16"];

#[test]
fn dynamic_mixes_come_before_the_next_usual_quantization() {
    let plain = each("Qwen3.6-27B-", UNSLOTH);
    assert_eq!(
        usual(&[plain.clone(), owned(&["mmproj-F16.gguf", "mmproj-BF16.gguf"])]),
        "Qwen3.6-27B-Q4_K_S.gguf"
    );
    let mixes = each("Qwen3.6-35B-A3B-UD-", &["IQ2_M", "Q2_K_XL", "Q4_K_M", "Q4_K_S", "Q4_K_XL", "Q6_K"]);
    let rest = owned(&["Qwen3.6-35B-A3B-Q8_0.gguf", "Qwen3.6-35B-A3B-MXFP4_MOE.gguf", "mmproj-F32.gguf"]);
    assert_eq!(usual(&[mixes, rest]), "Qwen3.6-35B-A3B-UD-Q4_K_M.gguf");
    let folders = [
        parts("BF16/DeepSeek-V3.2-BF16", 30),
        parts("UD-IQ1_S/DeepSeek-V3.2-UD-IQ1_S", 4),
        parts("UD-Q4_K_XL/DeepSeek-V3.2-UD-Q4_K_XL", 8),
        parts("Q4_K_M/DeepSeek-V3.2-Q4_K_M", 9),
    ];
    assert_eq!(usual(&folders), "Q4_K_M/DeepSeek-V3.2-Q4_K_M-00001-of-00009.gguf");
    assert_eq!(usual(&folders[..3]), "UD-Q4_K_XL/DeepSeek-V3.2-UD-Q4_K_XL-00001-of-00008.gguf");
    let oss = each("gpt-oss-20b-", &["F16", "Q2_K", "Q2_K_L", "Q4_0", "Q4_K_M", "Q8_0", "UD-Q4_K_XL"]);
    assert_eq!(usual(&[oss]), "gpt-oss-20b-Q4_K_M.gguf");
}

#[test]
fn repositories_with_every_quantization_give_the_usual_one() {
    let bartowski = each("Meta-Llama-3.1-8B-Instruct-", BARTOWSKI);
    assert_eq!(usual(&[bartowski]), "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf");
    let large = [
        each("Meta-Llama-3.1-70B-Instruct-", &["IQ2_M", "Q3_K_M", "Q4_K_M"]),
        parts("Meta-Llama-3.1-70B-Instruct-Q8_0/Meta-Llama-3.1-70B-Instruct-Q8_0", 2),
    ];
    assert_eq!(usual(&large), "Meta-Llama-3.1-70B-Instruct-Q4_K_M.gguf");
    let named = each("google_gemma-3-12b-it-", BARTOWSKI);
    let eyes = owned(&["mmproj-google_gemma-3-12b-it-f16.gguf", "google_gemma-3-12b-it-imatrix.gguf"]);
    assert_eq!(usual(&[named, eyes]), "google_gemma-3-12b-it-Q4_K_M.gguf");
    let dotted = each("Mistral-Nemo-Instruct-2407.", MRADERMACHER);
    assert_eq!(
        usual(&[dotted, owned(&["Mistral-Nemo-Instruct-2407.mmproj-f16.gguf"])]),
        "Mistral-Nemo-Instruct-2407.Q4_K_M.gguf"
    );
    let weighted = each("Llama-3.2-1B.i1-", &["IQ1_S", "IQ4_XS", "Q4_0", "Q4_K_M", "Q4_K_S", "Q6_K"]);
    assert_eq!(usual(&[weighted, owned(&["Llama-3.2-1B.imatrix.gguf"])]), "Llama-3.2-1B.i1-Q4_K_M.gguf");
    let old = each("mixtral-8x7b-instruct-v0.1.", &["Q2_K", "Q3_K_M", "Q4_0", "Q4_K_M", "Q5_0", "Q8_0"]);
    assert_eq!(usual(&[old]), "mixtral-8x7b-instruct-v0.1.Q4_K_M.gguf");
    let pieces = owned(&["Big.Q6_K.gguf.part1of2", "Big.Q6_K.gguf.part2of2", "Big.Q8_0.gguf.part1of3"]);
    assert_eq!(usual(&[pieces, each("Big.", &["Q2_K", "Q4_K_S", "IQ4_XS"])]), "Big.Q4_K_S.gguf");
}

#[test]
fn authors_own_repositories_give_a_quantized_file() {
    for (files, expected) in [
        (vec!["gpt-oss-20b-mxfp4.gguf"], "gpt-oss-20b-mxfp4.gguf"),
        (
            vec![
                "gemma-3-4b-it-Q4_K_M.gguf",
                "gemma-3-4b-it-Q8_0.gguf",
                "gemma-3-4b-it-f16.gguf",
                "mmproj-model-f16.gguf",
            ],
            "gemma-3-4b-it-Q4_K_M.gguf",
        ),
        (vec!["gemma-3-4b-it-qat-Q4_0.gguf", "mmproj-model-f16.gguf"], "gemma-3-4b-it-qat-Q4_0.gguf"),
        (vec!["gemma-3-4b-it-q4_0.gguf", "mmproj-model-f16-4B.gguf"], "gemma-3-4b-it-q4_0.gguf"),
        (vec!["Qwen3-0.6B-Q8_0.gguf", "Qwen3-0.6B-f16.gguf", "Qwen3-0.6B-Q4_0.gguf"], "Qwen3-0.6B-Q4_0.gguf"),
        (vec!["Qwen3-0.6B-Q8_0.gguf"], "Qwen3-0.6B-Q8_0.gguf"),
        (
            vec!["Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B-Q5_0.gguf", "Qwen3-8B-Q5_K_M.gguf", "Qwen3-8B-Q8_0.gguf"],
            "Qwen3-8B-Q4_K_M.gguf",
        ),
        (
            vec![
                "Qwen3VL-8B-Instruct-F16.gguf",
                "Qwen3VL-8B-Instruct-Q4_K_M.gguf",
                "Qwen3VL-8B-Instruct-Q8_0.gguf",
                "mmproj-Qwen3VL-8B-Instruct-F16.gguf",
                "mmproj-Qwen3VL-8B-Instruct-Q8_0.gguf",
            ],
            "Qwen3VL-8B-Instruct-Q4_K_M.gguf",
        ),
        (
            vec![
                "SmolVLM-500M-Instruct-Q8_0.gguf",
                "SmolVLM-500M-Instruct-f16.gguf",
                "mmproj-SmolVLM-500M-Instruct-f16.gguf",
            ],
            "SmolVLM-500M-Instruct-Q8_0.gguf",
        ),
        (
            vec![
                "granite-4.0-h-small-Q2_K.gguf",
                "granite-4.0-h-small-Q4_K_M.gguf",
                "granite-4.0-h-small-f16-00001-of-00002.gguf",
                "granite-4.0-h-small-f16-00002-of-00002.gguf",
            ],
            "granite-4.0-h-small-Q4_K_M.gguf",
        ),
        (
            vec!["LFM2-8B-A1B-F16.gguf", "LFM2-8B-A1B-Q4_0.gguf", "LFM2-8B-A1B-Q4_K_M.gguf"],
            "LFM2-8B-A1B-Q4_K_M.gguf",
        ),
        (vec!["gpt-oss-20b-MXFP4.gguf"], "gpt-oss-20b-MXFP4.gguf"),
        (
            vec![
                "ggml-model-Q4_0.gguf",
                "ggml-model-Q4_K_M.gguf",
                "ggml-model-f16.gguf",
                "mmproj-model-f16.gguf",
            ],
            "ggml-model-Q4_K_M.gguf",
        ),
        // Nothing usual: what is quantized comes before floats, whatever the alphabet says.
        (
            vec!["Phi-3-mini-4k-instruct-fp16.gguf", "Phi-3-mini-4k-instruct-q4.gguf"],
            "Phi-3-mini-4k-instruct-q4.gguf",
        ),
        (vec!["Model-BF16.gguf", "Model-Q5_K_M.gguf", "Model-Q6_K.gguf"], "Model-Q5_K_M.gguf"),
        (vec!["Nemotron-F16.gguf", "Nemotron-NVFP4.gguf"], "Nemotron-NVFP4.gguf"),
        (vec!["Model-bf16.gguf"], "Model-bf16.gguf"),
    ] {
        assert_eq!(usual(&[owned(&files)]), expected);
    }
}

#[test]
fn split_repositories_give_all_parts() {
    let qwen = [
        parts("qwen2.5-7b-instruct-fp16", 4),
        parts("qwen2.5-7b-instruct-q4_0", 2),
        parts("qwen2.5-7b-instruct-q4_k_m", 2),
        owned(&["qwen2.5-7b-instruct-q2_k.gguf", "qwen2.5-7b-instruct-q3_k_m.gguf"]),
    ];
    let names: Vec<&str> = qwen.iter().flatten().map(String::as_str).collect();
    assert_eq!(chosen("a/b", &names).unwrap(), parts("qwen2.5-7b-instruct-q4_k_m", 2));
    let mxfp4 = parts("gpt-oss-120b-mxfp4", 3);
    let names: Vec<&str> = mxfp4.iter().map(String::as_str).collect();
    assert_eq!(chosen("a/b", &names).unwrap(), mxfp4);
    let dotted = [parts("deepseek-ai.DeepSeek-V3.Q4_K_M", 52), parts("deepseek-ai.DeepSeek-V3.Q8_0", 94)];
    let names: Vec<&str> = dotted.iter().flatten().map(String::as_str).collect();
    assert_eq!(chosen("a/b", &names).unwrap().len(), 52);
}
