"""The recipe of mteval/comet-mini-en: from expert judgements to a checkpoint and its evaluation."""
