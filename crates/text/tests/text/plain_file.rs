use pelicycle_text::plain_file::{read, read_followed, text_followed};
use std::io;
use std::path::Path;

#[test]
fn a_plain_file_is_read_up_to_a_bound() {
    let path = std::env::temp_dir().join(format!("pelicycle-plain-{}", std::process::id()));
    std::fs::write(&path, "12345").unwrap();
    assert_eq!(read(&path, 5).unwrap(), b"12345");
    assert!(read(&path, 4).unwrap_err().to_string().contains("longer than 4 bytes"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(read(&path, 5).unwrap_err().kind(), io::ErrorKind::NotFound);
    assert!(read(&std::env::temp_dir(), 5).unwrap_err().to_string().contains("a folder"));
    #[cfg(unix)]
    {
        assert!(read(Path::new("/dev/zero"), 5).unwrap_err().to_string().contains("a device"));
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(read(&path, 5).unwrap_err().to_string().contains("a link"));
        assert!(text_followed(&path, 1 << 20).unwrap().contains("root"));
        assert!(read_followed(&path, 5).unwrap_err().to_string().contains("longer"));
        assert!(read_followed(Path::new("/dev/zero"), 5).unwrap_err().to_string().contains("a device"));
        std::fs::remove_file(&path).unwrap();
    }
}
