//! The page in headless Chromium, at the width of a phone and of a desk, light and dark.

use std::path::Path;
use std::process::{Command, Output};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The first browser there is.
fn browser() -> Option<&'static str> {
    let answers =
        |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    NAMES.into_iter().find(answers)
}

/// A page that shows `html` in a frame of `width` pixels, where its width counts as that of the
/// window, and writes down what it measures. Windows themselves are never as narrow as a phone.
fn frame(html: &str, width: u32) -> String {
    let inner = html.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!DOCTYPE html><meta charset=utf-8><body><iframe style='border:0;width:{width}px;height:900px' srcdoc=\"{inner}\"></iframe>
<script>
document.querySelector('iframe').onload = event => {{
  const page = event.target.contentDocument;
  const slider = page.querySelector('.explorer input');
  const before = page.querySelector('.explorer output').textContent;
  slider.value = 90;
  slider.dispatchEvent(new Event('input'));
  const after = page.querySelector('.explorer output').textContent;
  const measured = {{
    wide: page.documentElement.scrollWidth,
    shown: !page.querySelector('.explorer').hidden,
    moved: before !== after && after,
    dark: page.defaultView.matchMedia('(prefers-color-scheme: dark)').matches,
    paper: page.defaultView.getComputedStyle(page.body).backgroundColor,
  }};
  document.body.dataset.measured = Object.entries(measured).map(([k, v]) => k + '=' + v).join(';');
}};
</script>"
    )
}

fn open(browser: &str, folder: &Path, name: &str, html: &str, dark: bool) -> Output {
    let page = folder.join(name);
    std::fs::write(&page, html).unwrap();
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-sync",
        "--hide-scrollbars",
    ]);
    command.args(["--disable-background-networking", "--disable-component-update"]);
    command.args(["--enable-logging=stderr", "--window-size=1400,1000", "--virtual-time-budget=4000"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command.arg("--dump-dom").arg(format!("file://{}", page.display())).output().unwrap()
}

#[test]
fn the_page_fits_phone_and_desk_in_light_and_dark() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (lang, text) in [("de", &[][..]), ("en", &["--no-text"][..])] {
        let html = super::page(folder.path(), &[&["--lang", lang], text].concat());
        for (width, dark) in [(390, false), (390, true), (1280, false), (1280, true)] {
            let shown = open(browser, folder.path(), "frame.html", &frame(&html, width), dark);
            let (dom, said) =
                (String::from_utf8_lossy(&shown.stdout), String::from_utf8_lossy(&shown.stderr));
            let complaints: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
            assert!(complaints.is_empty(), "{lang}, {width}: {complaints:?}");
            let measured = dom.split("data-measured=\"").nth(1).and_then(|rest| rest.split('"').next());
            let Some(measured) = measured else { panic!("{lang}, {width}: the page was not shown: {said}") };
            let paper = if dark { "rgb(21, 23, 28)" } else { "rgb(255, 255, 255)" };
            let cut = if lang == "de" { "0,90" } else { "0.90" };
            let expected = format!("wide={width};shown=true;moved={cut};dark={dark};paper={paper}");
            assert_eq!(measured, expected, "{lang}");
        }
    }
}
