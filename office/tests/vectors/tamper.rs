//! The tamper catalogue: what somebody with every key of the office would try, and the step that sees it. Campaigns are
//! the vectors of these names, told as stories; sites are in `sites.rs`.

/// A vector, what was done in it, and the same in Chinese.
pub type Story = (&'static str, &'static str, &'static str);

pub const CAMPAIGNS: &[Story] = &[
    (
        "json-repeated-member",
        "A statement carries a member twice, so that two readers see two things",
        "声明里同一个成员写两遍，让不同的读者各看各的",
    ),
    (
        "json-spaces",
        "A statement is written anew with blanks: another file of the same meaning",
        "声明重新排版：内容不变，文件变了",
    ),
    ("statement-of-another-type", "A signed closing is passed off as the record", "拿签过名的截止声明冒充抽签记录"),
    (
        "beacon-of-another-chain",
        "The beacon comes from another chain, whose rounds the insider could choose from",
        "信标换成另一条链，可以从中挑选",
    ),
    (
        "beacon-of-another-round",
        "The beacon is a true one, of the round that gave the better outcome",
        "信标是真的，却换成结果更合意的一轮",
    ),
    (
        "closing-not-the-one-recorded",
        "A second closing takes the place of the one that the record names",
        "记录之后又换了一份截止声明",
    ),
    (
        "record-of-another-announcement",
        "The record of one announcement is laid beside another",
        "把一份公告的记录配到另一份公告旁边",
    ),
    (
        "contribution-of-another-number",
        "A contribution of another campaign is spliced in",
        "把另一次抽查的随机数声明拼接进来",
    ),
    (
        "contribution-of-a-stranger",
        "Somebody who was not announced contributes once the others are known",
        "公告之外的人在看到别人的数之后补交",
    ),
    (
        "contribution-declared-absent",
        "The closing calls a contributor absent whose contribution is there",
        "截止声明把已经交数的一方写成缺席",
    ),
    (
        "contribution-not-listed",
        "A contribution that the closing does not list is published all the same",
        "截止声明没有列出的随机数照样公布",
    ),
    ("contribution-signed-by-another", "One contributor signs for the other", "一方替另一方签名"),
    (
        "absent-without-beacon",
        "Without a beacon somebody stays away after seeing the others' values",
        "没有信标时，有一方看到别人的数之后缺席",
    ),
    (
        "value-not-the-committed-one",
        "Without a beacon a value is not the one that was committed to",
        "没有信标时，公开的数不是承诺过的数",
    ),
    ("closed-after-the-beacon", "The closing is made when the beacon has spoken", "信标出来以后才截止"),
    ("announced-too-late", "The announcement comes when the beacon is about to speak", "信标就要出来才公告"),
    (
        "contributed-before-the-announcement",
        "A contribution is older than what it contributes to",
        "随机数声明比公告还早",
    ),
    (
        "receipt-of-a-closing-that-was-replaced",
        "The log's receipt is of an earlier closing, which was replaced",
        "日志回执对应的是先前那份、已被替换的截止声明",
    ),
    (
        "receipt-witness-signature",
        "A witness's cosignature is altered to an earlier time",
        "改动见证方的签名，把时间提前",
    ),
    ("receipt-not-signed-by-the-log", "A receipt is made up without the log's key", "没有日志密钥，自造回执"),
    (
        "public-values-before-the-closing",
        "Public numbers are awaited whose event lies before the closing",
        "公开数值的事件早于截止",
    ),
    (
        "public-values-not-those-looked-up",
        "Public numbers are not those that their source published",
        "公开数值与来源公布的不符",
    ),
    ("public-values-of-few-bits", "Public numbers are too few to be unpredictable", "公开数值太少，可以逐个试"),
    ("body-changed-after-signing", "A record is changed and keeps its signatures", "记录改了，签名照旧"),
    (
        "signature-of-another-type",
        "A signature made for one kind of statement is used for another",
        "把为一种声明作的签名用在另一种上",
    ),
    ("signer-not-announced", "The record is signed by a key that was not announced", "记录由公告中没有的密钥签名"),
    ("threshold-not-reached", "Two signatures were announced, and one is there", "公告要求两家签名，只有一家"),
    ("holder-of-another-key", "The announcement gives a known holder another key", "公告给已知的持钥人换了一把密钥"),
    (
        "key-ended-and-the-record-is-unproven",
        "A record is backdated under a key that has ended",
        "用已经停用的密钥补签一份倒填日期的记录",
    ),
    ("key-not-begun", "A statement is signed by a key before its time", "密钥启用之前的签名"),
    ("key-not-for-records", "A key that may only contribute signs a record", "只能交数的密钥签了记录"),
    ("target-changed", "A firm is moved to another class after the announcement", "公告之后把企业改到另一个等级"),
    ("target-removed", "A firm is taken out of the register after the announcement", "公告之后把企业从名录中删去"),
    ("targets-repeated", "A firm stands twice, for twice the chance", "企业写两遍，机会加倍"),
    ("targets-unsorted", "Rows of the register are put in another order", "名录的行换了次序"),
    (
        "root-of-another-tree",
        "The announced root is that of another tree, such as one with its last leaf doubled",
        "公告的根是另一棵树的根（例如最后一片叶子算两遍）",
    ),
    ("excluded-hidden", "An excluded firm is not counted as such", "排除的企业没有计入公告的户数"),
    (
        "recusal-added",
        "A recusal is added after the announcement, against an inspector",
        "公告之后添一条回避，支开某名人员",
    ),
    ("population-claimed-smaller", "A stratum is announced smaller than it is", "公告的一层户数比实际少"),
    ("size-claimed-larger", "A stratum draws more than its rate gives", "一层抽取的户数多于比例"),
    ("unowned-hidden", "Rows that no stratum owns are not told", "不归任何一层的企业没有写出来"),
    ("chance-missing-hidden", "Firms without a chance are not told", "没有机会被抽中的企业没有写出来"),
    ("seed-text-changed", "The seed's text is another one, tried until it pleased", "种子文本换了，一直试到满意为止"),
    ("target-swapped", "A drawn firm is swapped for another", "抽中的企业换成另一家"),
    ("reserve-promoted", "A reserve is called drawn", "候补写成抽中"),
    ("reserve-left-out", "A reserve is left out", "少写一家候补"),
    ("selection-cut-short", "The list of the drawn ends early", "抽中名单截短"),
    ("inspector-swapped", "Two inspectors are swapped", "两名检查人员对调"),
    ("possible-overstated", "A seat without choice is called open", "只有一人可选的席位写成有几人可选"),
    ("team-crew-without-one-member", "A crew leaves one of its people at home", "整组抽取的小组少去一人"),
    (
        "team-one-officer-and-no-reason",
        "A department that may penalise sends one officer, and nobody says why",
        "可以处罚的部门只派一名执法人员，也不说明理由",
    ),
    ("team-expert-counted-as-officer", "An expert stands in for the second officer", "拿专家充当第二名执法人员"),
    (
        "team-rotation-without-its-rule",
        "An inspector is kept from a firm in the name of a rotation that was not announced",
        "借没有公告的轮换之名，支开某名人员",
    ),
    (
        "void-late-without-outcome",
        "A campaign is given up when its outcome displeased, without telling the outcome",
        "结果不合意就作废，又不公布本来的结果",
    ),
    (
        "void-would-have-drawn-others",
        "The void tells another outcome than the one that would have been",
        "作废声明写的不是本来会抽出的结果",
    ),
    ("void-infeasible-and-it-is-not", "A void claims that no team could be found", "作废声明谎称配不齐检查组"),
    (
        "void-beside-a-record",
        "There is a record, and a void for the day when it is needed",
        "既有记录又备着一份作废声明",
    ),
    (
        "reveal-of-another-secret",
        "The custodian tells another secret than the one committed to",
        "保管方公布的秘密值不是承诺过的",
    ),
    (
        "sealed-record-is-another",
        "The record that is opened is not the one that was sealed",
        "开封的记录不是当天封存的那份",
    ),
    (
        "substitution-of-a-friend-further-down",
        "Whom the office likes steps in, and not the next on the list",
        "顶替的不是名单上的下一位，而是合意的人",
    ),
    ("reserve-skipped", "A reserve is passed over", "跳过一家候补"),
    ("later-serial-skipped", "A statement in the middle of the chain is taken away", "抽走事后声明链中间的一份"),
    ("later-previous-changed", "The chain is spliced around a statement", "事后声明链绕过其中一份重新接上"),
    ("result-twice", "A second result overwrites the first", "第二份结果盖掉第一份"),
    ("other-seat-changed-silently", "A substitution changes another seat besides", "顶替时悄悄改了另一个席位"),
];
