//! Files from which a download left something out: they open as if nothing were wrong, so the engine looks.

use std::ops::Range;

use pelicycle_engine::bundled;
use pelicycle_engine::gguf::{Gguf, MetadataValue};
use pelicycle_engine::model::Arithmetic;

use crate::support::parts::{Parts, Tensor};

/// Opens a file with these bytes of a tensor set to zero.
fn opened(golden: &Parts, name: &str, zeros: Range<usize>) -> Result<(), String> {
    let mut parts = golden.clone();
    tensor(&mut parts, name).bytes[zeros].fill(0);
    parts.model(Arithmetic::Int8).map(drop).map_err(|error| error.to_string())
}

fn tensor<'a>(parts: &'a mut Parts, name: &str) -> &'a mut Tensor {
    parts.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

#[test]
fn a_page_of_zeros_in_a_matrix_is_a_hole() {
    for name in ["llama3.f32", "qwen3moe.f16", "qwen3moe.q8_0", "glm4moe-iq.mixed_iq", "gptoss.mxfp4"] {
        let Some(golden) = Parts::golden(name) else { return };
        let mut tried = 0;
        for Tensor { name: tensor, bytes, .. } in golden.tensors.iter().filter(|tensor| tensor.dims.len() > 1)
        {
            // Odd: no block, number or row begins there.
            for at in [33, 1217].into_iter().filter(|at| at + 4096 < bytes.len()) {
                let error = opened(&golden, tensor, at..at + 4096).expect_err(tensor);
                assert!(error.contains(tensor) && error.contains("hole"), "{name}: {error}");
                tried += 1;
            }
        }
        assert!(tried > 10, "{name}: {tried}");
    }
}

#[test]
fn a_matrix_of_nothing_but_zeros_is_named() {
    for name in ["llama3.f32", "qwen3moe.q8_0", "qwen35moe.f16", "deepseek2-v3.f16"] {
        let Some(golden) = Parts::golden(name) else { return };
        for Tensor { name: tensor, bytes, .. } in
            golden.tensors.iter().filter(|tensor| tensor.dims[1..].iter().any(|&n| n > 1))
        {
            let error = opened(&golden, tensor, 0..bytes.len()).expect_err(tensor);
            assert!(error.contains(tensor) && error.contains("all zero"), "{name}: {error}");
        }
    }
}

#[test]
fn a_hole_may_go_over_many_tensors() {
    let Some(mut parts) = Parts::golden("qwen3moe.q8_0") else { return };
    let many = parts.tensors.len();
    let matrices = parts.tensors.iter_mut().skip(many / 3).filter(|tensor| tensor.dims.len() > 1);
    let matrices = matrices.filter(|tensor| !tensor.name.contains("gate_inp"));
    for (i, tensor) in matrices.enumerate() {
        let from = if i == 0 { tensor.bytes.len() / 2 + 11 } else { 0 };
        tensor.bytes[from..].fill(0);
    }
    let error = parts.model(Arithmetic::Int8).unwrap_err().to_string();
    assert!(error.contains("hole"), "{error}");
}

/// A padded vocabulary, an expert that was cut out, rows without use.
#[test]
fn rows_of_zeros_are_no_hole() {
    for (name, tensor, rows) in [
        ("qwen3moe.q8_0", "output.weight", 250..320),
        ("qwen3moe.q8_0", "token_embd.weight", 250..320),
        ("qwen3moe.f16", "token_embd.weight", 100..200),
        ("llama3.f32", "output.weight", 300..320),
    ] {
        let Some(golden) = Parts::golden(name) else { return };
        let Tensor { dims, bytes, .. } = golden.tensors.iter().find(|found| found.name == tensor).unwrap();
        let row = bytes.len() / usize::try_from(dims[1]).unwrap();
        assert_eq!(opened(&golden, tensor, rows.start * row..rows.end * row), Ok(()), "{name} {tensor}");
    }
    let Some(golden) = Parts::golden("qwen3moe.q8_0") else { return };
    let experts = golden.tensors.iter().find(|tensor| tensor.name == "blk.1.ffn_up_exps.weight").unwrap();
    let one = experts.bytes.len() / usize::try_from(experts.dims[2]).unwrap();
    assert_eq!(opened(&golden, &experts.name, 2 * one..4 * one), Ok(()));
}

/// Models are made deeper by repeating layers that add nothing at first.
#[test]
fn a_layer_that_adds_nothing_is_no_hole() {
    let Some(golden) = Parts::golden("llama3.f32") else { return };
    let mut parts = golden.clone();
    for name in ["blk.1.attn_output.weight", "blk.1.ffn_down.weight"] {
        tensor(&mut parts, name).bytes.fill(0);
    }
    parts.model(Arithmetic::Float32).unwrap();
    let len = tensor(&mut parts, "blk.1.ffn_up.weight").bytes.len();
    let error = opened(&parts, "blk.1.ffn_up.weight", 0..len).unwrap_err();
    assert!(error.contains("blk.1.ffn_up") && error.contains("all zero"), "{error}");
}

/// Whoever builds a model from a few numbers leaves the others zero.
#[test]
fn a_model_made_of_zeros_and_a_few_numbers_opens() {
    let Some(mut parts) = Parts::golden("llama3.f32") else { return };
    for tensor in parts.tensors.iter_mut().filter(|tensor| tensor.dims.len() > 1) {
        tensor.bytes.fill(0);
        if !tensor.name.starts_with("blk.") {
            let row = tensor.bytes.len() / usize::try_from(tensor.dims[1]).unwrap();
            // A number in a row.
            tensor
                .bytes
                .chunks_exact_mut(row + 4)
                .for_each(|row| row[..4].copy_from_slice(&1_f32.to_le_bytes()));
        }
    }
    parts.model(Arithmetic::Float32).unwrap();
}

/// hatchling, its first layer alone.
fn one_layer() -> Parts {
    let mut parts = Parts::of(&Gguf::from_bytes(bundled::hatchling()).unwrap());
    parts.set("qwen3moe.block_count", Some(MetadataValue::U32(1)));
    parts.tensors.retain(|tensor| !tensor.name.starts_with("blk.") || tensor.name.starts_with("blk.0."));
    parts
}

/// Two pages in 63 MB are between the places that are looked at. Skipped where the file system tells of no holes so small.
#[cfg(target_os = "linux")]
#[test]
fn a_small_hole_in_a_large_file_is_known_to_the_file_system() {
    use std::io::{Seek, SeekFrom, Write};

    use pelicycle_engine::model::Model;
    use pelicycle_engine::quant::TensorType;
    use rustix::fs::{SeekFrom as To, seek};

    const PAGE: usize = 4096;
    /// Numbers of an expert between its matrices.
    const INNER: u64 = 2560;
    let mut parts = one_layer();
    parts.set("qwen3moe.expert_feed_forward_length", Some(MetadataValue::U32(INNER as u32)));
    for name in ["gate", "down", "up"] {
        let mut stack = parts.take(&format!("blk.0.ffn_{name}_exps.weight"));
        let dims = if name == "down" { [INNER, 256, 16] } else { [256, INNER, 16] };
        (stack.dims, stack.kind) = (dims.to_vec(), TensorType::F16);
        stack.bytes = vec![1; dims.iter().product::<u64>() as usize * 2];
        parts.tensors.push(stack);
    }
    let of_matrices =
        parts.tensors.iter().filter(|tensor| tensor.dims.len() > 1).map(|tensor| tensor.bytes.len());
    let step = of_matrices.sum::<usize>() / 4096;
    let file = parts.file();
    // Where the last tensor begins, and from there the first two pages between two places that are looked at.
    let begin = file.len() - parts.tensors.last().unwrap().bytes.len();
    let is_between = |at: &usize| !(at - begin).is_multiple_of(step) && (at - begin) % step + 2 * PAGE < step;
    let at = (begin.next_multiple_of(PAGE)..).step_by(PAGE).skip(100).find(is_between).unwrap();

    let path = std::env::temp_dir().join(format!("pelicycle-hole-{}.gguf", std::process::id()));
    let opened = |hole: usize| {
        let mut out = std::fs::File::create(&path).unwrap();
        out.write_all(&file[..hole]).unwrap();
        out.seek(SeekFrom::Current(2 * PAGE as i64)).unwrap();
        out.write_all(&file[file.len().min(hole + 2 * PAGE)..]).unwrap();
        let told = seek(&out, To::Hole(0)).is_ok_and(|at| at == hole as u64);
        (Model::open(&path, Some(1), Arithmetic::Int8).map(drop).map_err(|error| error.to_string()), told)
    };
    let (whole, _) = opened(file.len());
    let (found, told) = opened(at);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(whole, Ok(()));
    if !told {
        return println!("skipped: the file system tells of no holes of two pages");
    }
    let error = found.unwrap_err();
    assert!(error.contains(&format!("bytes {at} to {} of the file", at + 2 * PAGE)), "{error}");
}

#[test]
fn a_run_of_zeros_ends_where_other_bytes_are() {
    let name = "blk.0.attn_q.weight";
    let mut parts = one_layer();
    let mut last = parts.take(name);
    last.bytes.iter_mut().for_each(|byte| *byte = (*byte).max(1));
    let len = last.bytes.len();
    parts.tensors.push(last);
    let begin = parts.file().len() - len;
    assert_eq!(opened(&parts, name, 0..0), Ok(()));
    for zeros in [1001..9001, 0..9001, len - 9001..len, len / 2 - 2047..len / 2 + 2047] {
        let error = opened(&parts, name, zeros.clone()).expect_err(&format!("{zeros:?}"));
        let bytes = format!("bytes {} to {} of the file", begin + zeros.start, begin + zeros.end);
        assert!(error.contains(&bytes), "{zeros:?}: {error}");
    }
    // One other byte in the midst of zeros makes two runs.
    tensor(&mut parts, name).bytes[1001..5101].fill(0);
    let error = opened(&parts, name, 5102..5600).unwrap_err();
    assert!(error.contains(&format!("bytes {} to {} of the file", begin + 1001, begin + 5101)), "{error}");
}
