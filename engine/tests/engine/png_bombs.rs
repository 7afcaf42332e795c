//! PNGs that are small as files and large when they are opened: what a process takes to read one, by what Linux counts.

use std::io::Write;
use std::process::Command;

use pelicycle_engine::vision::{Picture, PictureError};
use png::{BitDepth, ColorType};

use crate::vision_hostile::{by_chunks, checksum, chunk};

/// Set for the process that reads one: its number.
const WHICH: &str = "PELICYCLE_PNG_BOMB";

/// Name, mebibytes it may take at most, whether it is a picture, and what makes it.
type Bomb = (&'static str, u64, bool, fn() -> Vec<u8>);

const BOMBS: &[Bomb] = &[
    ("a profile of 10 MB", 4, true, || with_chunks(&chunk(b"iCCP", &[b"p\0\0", &*zeros()].concat()))),
    ("a text of 10 MB", 4, true, || with_chunks(&chunk(b"zTXt", &[b"t\0\0", &*zeros()].concat()))),
    ("a text of 10 MB in an iTXt", 4, true, || {
        with_chunks(&chunk(b"iTXt", &[b"t\0\x01\0\0\0", &*zeros()].concat()))
    }),
    ("100,000 texts", 4, true, || with_chunks(&chunk(b"tEXt", b"a\0b").repeat(100_000))),
    ("100,000 chunks that nobody knows", 4, true, || with_chunks(&chunk(b"peLi", b"").repeat(100_000))),
    ("10 MB after the picture's end", 4, true, || {
        with_size(zero_lines(8192, ColorType::Grayscale, 1200), 8, 8)
    }),
    ("a line of 20 MB", 4, false, || with_size(zero_lines(8192, ColorType::Grayscale, 9), 20_000_000, 1)),
    ("a column of 20 MB", 4, false, || with_size(zero_lines(1, ColorType::Grayscale, 9), 1, 20_000_000)),
    ("8192 × 8192 pixels of which nine lines are there", 4, false, || {
        with_size(zero_lines(8192, ColorType::Rgba, 9), 8192, 8192)
    }),
    // Three bytes a pixel are 3 MiB.
    ("a whole picture with a mask", 6, true, || zero_lines(1024, ColorType::Rgba, 1024)),
    ("a whole picture in grey", 6, true, || zero_lines(1024, ColorType::GrayscaleAlpha, 1024)),
    ("a whole picture in 16 bits", 6, true, || lines(1024, ColorType::Rgba, BitDepth::Sixteen, 1024)),
    ("a whole picture whose lines interleave", 6, true, || {
        interleaved(with_size(zero_lines(1024, ColorType::Rgba, 1028), 1024, 1024))
    }),
];

fn zero_lines(width: u32, color: ColorType, height: u32) -> Vec<u8> {
    lines(width, color, BitDepth::Eight, height)
}

/// A PNG of zeros, some 1000 times smaller than they are, and made in little memory.
fn lines(width: u32, color: ColorType, depth: BitDepth, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let line = vec![0; width as usize * color.samples() * depth as usize / 8];
    (0..height).for_each(|_| stream.write_all(&line).unwrap());
    stream.finish().unwrap();
    drop(writer);
    bytes
}

/// Zlib's stream of 10 MB of zeros.
fn zeros() -> Vec<u8> {
    let png = zero_lines(8192, ColorType::Grayscale, 1200);
    let (mut at, mut stream) = (8, Vec::new());
    while at < png.len() {
        let len = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        if &png[at + 4..at + 8] == b"IDAT" {
            stream.extend(&png[at + 8..at + 8 + len]);
        }
        at += 12 + len;
    }
    stream
}

fn with_chunks(more: &[u8]) -> Vec<u8> {
    by_chunks(1, 2, 0, more, &[0, 1, 2, 3])
}

/// Its header says another size.
fn with_size(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    with_sum(png)
}

/// Its header says that its lines interleave; they are some bytes longer then.
fn interleaved(mut png: Vec<u8>) -> Vec<u8> {
    png[28] = 1;
    with_sum(png)
}

fn with_sum(mut png: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// Kibibytes of this process that Linux tells by this name.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Each is read by a process of its own, which counts nobody else's memory.
#[test]
fn a_small_file_takes_little_memory_whatever_it_unpacks_to() {
    if let Ok(which) = std::env::var(WHICH) {
        let (_, _, is_picture, make) = BOMBS[which.parse::<usize>().unwrap()];
        let png = make();
        assert!(png.len() < 3_000_000, "{} bytes", png.len());
        let before = status("VmRSS");
        let picture = Picture::from_png(&png);
        println!("took {} KiB", status("VmHWM").saturating_sub(before));
        assert_eq!(picture.is_ok(), is_picture, "{picture:?}");
        assert!(!matches!(picture, Err(PictureError::Bytes { .. })), "{picture:?}");
        return;
    }
    for (number, (name, bound, ..)) in BOMBS.iter().enumerate() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "--nocapture",
            "png_bombs::a_small_file_takes_little_memory_whatever_it_unpacks_to",
        ]);
        let output = command.env(WHICH, number.to_string()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let took = said.lines().find_map(|line| line.split_once("took ")?.1.strip_suffix(" KiB"));
        let took: u64 = took.unwrap_or_else(|| panic!("{name}: {said}")).parse().unwrap();
        println!("{name}: {took} KiB");
        assert!(took <= bound * 1024, "{name}: {took} KiB");
    }
}
