#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use pelicycle_engine::vision::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let p = Projector::open(a[1].as_ref(), PictureLimits::default()).unwrap();
    for f in &a[3..] {
        let name = std::path::Path::new(f).file_stem().unwrap().to_str().unwrap().to_string();
        match Picture::from_png(&std::fs::read(f).unwrap()) {
            Err(e) => println!("{name}\tERR\t{e}"),
            Ok(pic) => {
                std::fs::write(format!("{}/{name}.rgb", a[2]), pic.rgb()).unwrap();
                match p.resized(&pic) {
                    Err(e) => println!("{name}\t{} {}\tREFUSED {e}", pic.width(), pic.height()),
                    Ok(r) => {
                        std::fs::write(format!("{}/{name}.res", a[2]), r.rgb()).unwrap();
                        println!("{name}\t{} {}\t{} {}", pic.width(), pic.height(), r.width(), r.height());
                    }
                }
            }
        }
    }
}
