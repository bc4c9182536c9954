//! Figures on public data, where it is beside the repository.

use super::util::{Desk, shared};

#[test]
fn germeval2018_folds_reach_the_peer() {
    if cfg!(debug_assertions) && std::env::var_os("CI").is_none() {
        eprintln!("skipped: ten trainings without optimisation; set CI to run it");
        return;
    }
    let Some(data) = shared("data/germeval2018/train.csv") else { return };
    let desk = Desk::new();
    let arguments = [
        "evaluate",
        data.to_str().unwrap(),
        "--labels",
        "incivility",
        "--cross-validate",
        "10",
        "--fold-column",
        "fold",
        "--objective",
        "macro_f1",
        "--resamples",
        "20",
        "--require",
        "incivility.roc_auc >= 0.875",
        "--require",
        "incivility.macro_f1 >= 0.785",
    ];
    desk.run_with(&arguments, b"").expect(0);
}

/// Two public lists of German swear words, cleaned by others: ours know most of them.
#[test]
fn the_word_lists_know_what_public_lists_know() {
    use netiquette::features::lexicon::{GROUP, Lexicon};
    use netiquette::text::Folded;
    let lexicon = Lexicon::builtin().unwrap();
    for (name, least) in [("ldnoobw_de.txt", 0.5), ("censor_text_de.txt", 0.5)] {
        let Some(path) = shared(&format!("data/lexicons/{name}")) else { return };
        let list = std::fs::read_to_string(path).unwrap();
        let words: Vec<&str> = list.lines().map(str::trim).filter(|w| !w.is_empty()).collect();
        let known = |word: &&&str| {
            let mut hit = false;
            lexicon.for_each(&Folded::new(word), |category, _, _| {
                hit |= ![GROUP, "civil"].contains(&lexicon.categories()[category].as_str());
            });
            hit
        };
        let share = words.iter().filter(known).count() as f64 / words.len() as f64;
        assert!(share >= least, "{name}: {share:.2} of {} known", words.len());
    }
}
