use super::*;

fn scan(text: &str) -> Scan {
    let folded = Folded::new(text);
    let words: Vec<Word> = crate::features::ngram::words(&folded).collect();
    Scan::new(text, &folded, &words)
}

fn value(name: &str, text: &str) -> f32 {
    let scan = scan(text);
    let at = HEURISTICS.iter().position(|h| h.name == name).unwrap();
    scan.values().nth(at).unwrap()
}

#[test]
fn each_heuristic_counts_what_it_says() {
    let one = 1f32.ln_1p();
    let two = 2f32.ln_1p();
    for (name, text, expected) in [
        ("length", "abc", 3f32.ln_1p()),
        ("word_count", "Na ja, gut.", 3f32.ln_1p()),
        ("capitals", "ABcd", 0.5),
        ("shouted_words", "Das IST SO NICHT", two),
        ("exclamations", "Oh! Ah!", two),
        ("questions", "Wie? Was", one),
        ("exclamation_runs", "Nein!!! Doch!", one),
        ("question_runs", "Wie?! Was?? Wo?", two),
        ("ellipses", "Tja... nun…", two),
        ("quotes", "der „Fachmann“", two),
        ("parentheses", "(so) (und so)", two),
        ("commas", "eins, zwei", 0.5),
        ("urls", "siehe https://example.org", one),
        ("mentions", "@anna @ben hallo", two),
        ("hashtags", "#wetter", one),
        ("digits", "im Jahr 19", two),
        ("kind_emoji", "👍", one),
        ("laughing_emoji", "😂😂", two),
        ("angry_emoji", "🤮", one),
        ("emoji", "😂👍", two),
        ("negations", "nicht nie und ja", two),
        ("second_person_du", "Hast du dich", two),
        ("second_person_ihr", "ihr da", one),
        ("second_person_sie", "Haben Sie gehört, was sie sagt", one),
        ("first_person", "ich und mein Hund", two),
        ("generalising", "alle immer hier", two),
        ("hedges", "vielleicht morgen", one),
        ("distinct_words", "ja ja", 0.5),
        ("word_length", "ab abcd", 3.0),
        ("long_words", "Straßenbahnhaltestelle da", 0.5),
        ("sentences", "Gut. Sehr gut!! Nein", two),
        ("drawn_out", "Neeeein soooo", two),
        ("masked", "Id*ot", one),
        ("starts_low", "na gut", 1.0),
        ("ends_asking", "Wirklich?", 1.0),
        ("ends_exclaiming", "Wirklich!", 1.0),
    ] {
        assert!((value(name, text) - expected).abs() < 1e-6, "{name} of {text:?}: {}", value(name, text));
    }
}

#[test]
fn every_heuristic_is_in_the_test_above_once() {
    let mut names: Vec<_> = HEURISTICS.iter().map(|h| h.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), HEURISTICS.len());
    assert!(HEURISTICS.iter().all(|h| !h.about.is_empty()));
}

#[test]
fn an_empty_comment_has_finite_values() {
    let scan = scan("");
    assert!(scan.values().all(f32::is_finite));
}
