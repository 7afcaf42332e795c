//! The rules for `draws.browser`, held against a real Chromium that is given each file as an image.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pelicycle_drawing::{InspectionOptions, inspect};
use pelicycle_testkit::browser::chromium;
use pelicycle_testkit::{shared, tempdir};

const NS: &str = "xmlns=\"http://www.w3.org/2000/svg\"";

/// One fault a file; each is a whole document with a visible shape.
fn table(shared: &Path) -> Vec<(String, Vec<u8>)> {
    let inside = |inside: &str| {
        format!("<svg {NS} viewBox=\"0 0 10 10\">{inside}<rect width=\"5\" height=\"5\"/></svg>")
    };
    let root = |root: &str| format!("<svg {root}><rect width=\"5\" height=\"5\"/></svg>");
    let before = |text: &str| format!("{text}{}", inside(""));
    let mut rows: Vec<(&str, String)> = vec![
        ("plain", inside("")),
        ("bare ampersand", inside("<text>a & b</text>")),
        ("ampersand in an attribute", inside("<a href=\"?a&b\"/>")),
        ("entity of HTML", inside("<text>a&nbsp;b</text>")),
        ("hyphens in a comment", inside("<!-- a -- b -->")),
        ("comment ends in three hyphens", inside("<!-- a --->")),
        ("comment never closed", inside("<!-- a ")),
        ("attribute twice", inside("<g id=\"a\" id=\"b\"/>")),
        ("attribute twice by namespace", inside("<g xmlns:a=\"u\" xmlns:b=\"u\" a:x=\"1\" b:x=\"2\"/>")),
        ("undeclared prefix of an attribute", inside("<use xlink:href=\"#a\"/>")),
        ("undeclared prefix of an element", inside("<x:g/>")),
        ("declared prefix", inside("<g xmlns:x=\"u\" x:a=\"1\"><x:g/></g>")),
        ("name that begins with a colon", inside("<:a/>")),
        ("two colons in a name", inside("<g xmlns:a=\"u\" a:b:c=\"1\"/>")),
        ("mismatched tag", inside("<g><a></g></a>")),
        ("tag never closed", inside("<g>")),
        ("end tag too many", inside("</g>")),
        ("end tag in another case", inside("<linearGradient></lineargradient>")),
        ("unquoted attribute", inside("<g id=a />")),
        ("typographic quotes", inside("<g id=“a”/>")),
        ("attribute without a value", inside("<g hidden/>")),
        ("no space between attributes", inside("<g id=\"a\"class=\"b\"/>")),
        ("closing quote missing", inside("<g id=\"a/>")),
        ("less-than in text", inside("<text>1 < 2</text>")),
        ("less-than in an attribute", inside("<g id=\"a < b\"/>")),
        ("end of CDATA in text", inside("<text>]]></text>")),
        ("greater-than in text", inside("<text>a > b</text>")),
        ("CDATA", inside("<style><![CDATA[ .a > .b {} ]]></style>")),
        ("control character", inside("<text>\u{1}</text>")),
        ("control character by number", inside("<text>&#1;</text>")),
        ("null by number", inside("<text>&#0;</text>")),
        ("not a character", inside("<text>\u{fffe}</text>")),
        ("character by number", inside("<text>&#x1F600;&#65;</text>")),
        ("declaration", before("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")),
        ("declaration with a newline", before("<?xml\nversion=\"1.0\"?>")),
        ("declaration in single quotes", before("<?xml version='1.0' standalone='no'?>\n")),
        ("declaration without a version", before("<?xml encoding=\"UTF-8\"?>")),
        ("declaration of version 1.1", before("<?xml version=\"1.1\"?>")),
        ("declaration of version 2.0", before("<?xml version=\"2.0\"?>")),
        ("declaration twice", before("<?xml version=\"1.0\"?><?xml version=\"1.0\"?>")),
        ("declaration inside", inside("<?xml version=\"1.0\"?>")),
        ("encoding of another kind", before("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>")),
        ("encoding UTF-16", before("<?xml version=\"1.0\" encoding=\"UTF-16\"?>")),
        ("encoding that does not exist", before("<?xml version=\"1.0\" encoding=\"klingon\"?>")),
        ("encoding in lower case", before("<?xml version=\"1.0\" encoding=\"utf-8\"?>")),
        (
            "document type",
            before(
                "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">",
            ),
        ),
        ("short document type", before("<!DOCTYPE svg>")),
        ("document type of another name", before("<!DOCTYPE html>")),
        ("document type in lower case", before("<!doctype svg>")),
        ("document type twice", before("<!DOCTYPE svg><!DOCTYPE svg>")),
        ("document type with an empty subset", before("<!DOCTYPE svg []>")),
        ("document type with an attribute list", before("<!DOCTYPE svg [<!ATTLIST g x CDATA #IMPLIED>]>")),
        (
            "XHTML document type and its entity",
            format!(
                "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">{}",
                inside("<text>&nbsp;</text>")
            ),
        ),
        ("style sheet from outside", before("<?xml-stylesheet href=\"a.css\" type=\"text/css\"?>")),
        ("instruction", before("<?php echo ?>")),
        ("no namespace", root("viewBox=\"0 0 10 10\"")),
        ("https namespace", root("xmlns=\"https://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"")),
        ("namespace with a slash", root("xmlns=\"http://www.w3.org/2000/svg/\" viewBox=\"0 0 10 10\"")),
        ("empty namespace", root("xmlns=\"\" viewBox=\"0 0 10 10\"")),
        (
            "prefixed root",
            "<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><svg:rect width=\"5\" height=\"5\"/></svg:svg>".to_owned(),
        ),
        (
            "upper-case root",
            format!("<SVG {NS} viewBox=\"0 0 10 10\"><rect width=\"5\" height=\"5\"/></SVG>"),
        ),
        ("no size at all", root(NS)),
        ("lower-case viewbox", root(&format!("{NS} viewbox=\"0 0 10 10\""))),
        ("width zero", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"0\""))),
        ("height zero", root(&format!("{NS} width=\"10\" height=\"0\""))),
        ("both zero", root(&format!("{NS} width=\"0\" height=\"0\""))),
        ("zero percent", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"0%\""))),
        ("width negative", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"-5\" height=\"5\""))),
        ("width is a word", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"wide\""))),
        ("width is auto", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"auto\" height=\"auto\""))),
        ("width in percent", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"50%\" height=\"100%\""))),
        ("width in millimetres", root(&format!("{NS} viewBox=\"0 0 10 10\" width=\"50mm\""))),
        ("viewBox negative", root(&format!("{NS} viewBox=\"0 0 -10 10\""))),
        ("viewBox zero", root(&format!("{NS} viewBox=\"0 0 0 10\""))),
        ("viewBox zero with a size", root(&format!("{NS} viewBox=\"0 0 0 0\" width=\"10\" height=\"10\""))),
        ("viewBox not a number", root(&format!("{NS} viewBox=\"0 0 NaN 10\""))),
        ("viewBox of three", root(&format!("{NS} viewBox=\"0 0 10\""))),
        ("path data wrong", inside("<path d=\"M0 0L1 NaN\"/>")),
        ("script", inside("<script>document.documentElement.remove()</script>")),
        (
            "foreign object",
            inside(
                "<foreignObject width=\"9\" height=\"9\"><p xmlns=\"http://www.w3.org/1999/xhtml\">x</p></foreignObject>",
            ),
        ),
        ("reference to nothing", inside("<use href=\"#nothing\"/>")),
        ("reference to itself", inside("<g id=\"a\"><use href=\"#a\"/></g>")),
        (
            "picture from outside",
            inside("<image href=\"https://attacker.invalid/a.png\" width=\"5\" height=\"5\"/>"),
        ),
        ("xml:space", inside("<text xml:space=\"preserve\"> a </text>")),
        ("xmlns with a prefix and nothing", inside("<g xmlns:a=\"\"/>")),
        ("prefix xml declared anew", inside("<g xmlns:xml=\"u\"/>")),
        ("prefix xmlns declared", inside("<g xmlns:xmlns=\"u\"/>")),
        ("name that begins with a digit", inside("<g 1a=\"b\"/>")),
        ("name in another script", inside("<g größe=\"b\"/>")),
        ("empty attribute", inside("<g id=\"\"/>")),
        ("tab and newline in a tag", inside("<g\tid=\"a\"\n class=\"b\"/>")),
        ("end tag with a space", inside("<g></g >")),
        ("end tag with an attribute", inside("<g></g id=\"a\">")),
        ("tag with a stray slash", inside("<g / id=\"a\"></g>")),
        ("cut off", format!("<svg {NS} viewBox=\"0 0 10 10\"><rect width=\"5\" height=\"5\"/><g>")),
        (
            "cut off in a tag",
            format!("<svg {NS} viewBox=\"0 0 10 10\"><rect width=\"5\" height=\"5\"/><g id=\""),
        ),
    ];
    rows.push(("depth 250", inside(&format!("{}{}", "<g>".repeat(240), "</g>".repeat(240)))));
    let mut rows: Vec<(String, Vec<u8>)> =
        rows.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let mut latin = inside("<text>aXb</text>").into_bytes();
    let at = latin.iter().position(|&b| b == b'X').unwrap();
    latin[at] = 0xe9;
    rows.push(("a byte that is no UTF-8".to_owned(), latin));
    let corpus = shared.join("corpus/pelican-bicycle");
    for path in std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        rows.push((name, std::fs::read(path).unwrap()));
    }
    rows
}

/// Lets the browser load every file as an image; gives `true` where it shows a picture.
fn ask(chromium: &Path, folder: &Path, count: usize) -> Vec<bool> {
    let mut page =
        String::from("<!DOCTYPE html><meta charset=utf-8><pre id=out></pre><script>const out=[];let left=0;");
    page.push_str("function done(i,s){out[i]=s;if(--left==0)document.getElementById('out').textContent='ANSWER '+out.join(' ')+' END'}");
    page.push_str("function seen(m){try{const c=document.createElement('canvas');c.width=c.height=60;const x=c.getContext('2d');\
                   x.drawImage(m,0,0,60,60);return x.getImageData(0,0,60,60).data.some(v=>v)?1:0}catch(e){return 'tainted'}}");
    write!(page, "left={count};for(let i=0;i<{count};i++){{const m=new Image();m.onload=()=>done(i,'load'+seen(m));m.onerror=()=>done(i,'error');m.src=i+'.svg'}}</script>").unwrap();
    std::fs::write(folder.join("page.html"), page).unwrap();
    let mut child = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ])
        .args([
            "--disable-component-update",
            "--disable-sync",
            "--allow-file-access-from-files",
            "--disable-dev-shm-usage",
        ])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(["--virtual-time-budget=30000", "--dump-dom"])
        .arg(format!("file://{}", folder.join("page.html").display()))
        .stdout(std::fs::File::create(folder.join("dom")).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(90) {
            let _ = child.kill();
            let _ = child.wait();
            panic!("Chromium did not answer in time");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let dom = std::fs::read_to_string(folder.join("dom")).unwrap();
    let answer =
        dom.split_once("ANSWER ").and_then(|(_, rest)| rest.split_once(" END")).map(|(answer, _)| answer);
    let answer = answer.unwrap_or_else(|| panic!("no answer in {dom:.2000}"));
    // A foreign object keeps the pixels from being read; that it was loaded has to do.
    answer.split(' ').map(|word| matches!(word, "load1" | "loadtainted")).collect()
}

#[test]
fn the_rules_agree_with_a_real_browser() {
    let Some(chromium) = chromium() else { return };
    let Some(shared) = shared() else { return };
    let rows = table(&shared);
    let folder = tempdir();
    for (i, (_, text)) in rows.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{i}.svg")), text).unwrap();
    }
    let shown = ask(&chromium, folder.path(), rows.len());
    assert_eq!(shown.len(), rows.len());
    let mut wrong = String::new();
    for ((name, text), shown) in rows.iter().zip(shown) {
        let check = inspect(text, &InspectionOptions { raster: 64, ..InspectionOptions::default() }).check;
        if check.draws.browser != shown {
            writeln!(
                wrong,
                "{name}: the browser says {shown}, the rules {}; {:?}",
                check.draws.browser, check.verdict
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
