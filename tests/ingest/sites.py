"""What kinds of sites put round a text, in their own manner; {iso} and the like become the date."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BARE", "SITES", "Site"]


@dataclass(frozen=True)
class Site:
    """Lines above the title, by the title, between paragraphs, and below the text."""

    head: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    publisher: str | None = None
    byline_above: bool = False


BARE = Site()

SITES = {
    "mnd": Site(
        head=(
            "国防部网 >> 新闻发布 >> 例行记者会",
            "首页 | 新闻 | 军事外交 | 视频 | 图片 | English",
        ),
        byline=("来源：国防部网  责任编辑：王琳  {iso} 17:42:03",),
        inside=("国防部新闻发言人答记者问。李晓 摄", "分享到："),
        tail=(
            "轻触这里，加载下一页",
            "分享到微信朋友圈×",
            "打开微信，点击底部的“发现”，",
            "使用“扫一扫”即可将网页分享至朋友圈。",
            "版权所有：中华人民共和国国防部",
        ),
        publisher="国防部网",
    ),
    "xinhua": Site(
        head=(
            "新华网 > 时政 > 正文",
            "学习进行时  高层  时政  国际  财经  网评",
            "Xinhua Headlines",
        ),
        byline=("{iso} 21:03:47 来源：新华网", "字体：小 中 大 分享到："),
        inside=("新华社记者 李响 摄", "(Xinhua/Li Xiang)"),
        tail=(
            "Source: Xinhua  Editor: Li Jing  {iso} 17:20:11",
            "【纠错】 【责任编辑:陈露】",
            "阅读下一篇：",
            "深度观察丨一座山城的绿色转身",
            "010020020110000000000000011100001310757481",
            "新华网客户端 扫码下载",
            "Copyright © 2000 - 2023 XINHUANET.com All Rights Reserved.",
        ),
        publisher="新华网",
    ),
    "people": Site(
        head=("人民网>>国际", "设为首页 | 加入收藏 | 网站地图"),
        byline=("{chinese}16:10 | 来源：人民网-国际频道", "小字号 大字号"),
        inside=("点击查看大图", "Photos"),
        tail=(
            "(责编：刘洁、徐丽)",
            "(Web editor: Hongyu, Liang Jun)",
            "分享让更多人看到",
            "推荐阅读",
            "老街新生：百年骑楼里的夜经济",
            "Most Read",
            "人民日报社概况 | 关于人民网 | 报社招聘 | 广告服务 | 合作加盟",
            "人 民 网 版 权 所 有 ，未 经 书 面 授 权 禁 止 使 用",
            "Copyright © 1997-2023 by www.people.com.cn. all rights reserved",
        ),
        publisher="人民网-国际频道",
    ),
    "fmprc": Site(
        head=("首页 > 外交部发言人 > 例行记者会及发言", "Home > Press and Media Service"),
        byline=("{iso} 19:05", "【中大小】 【打印】"),
        inside=("推荐给朋友：", "Suggest to a friend", "Print"),
        tail=(
            "Updated: {english} 19:05",
            "全文打印 打印文字稿",
            "关闭窗口",
            "联系我们 地址：北京市朝阳区朝阳门南大街2号 邮编：100701 电话：86-10-65961114",
            "Contact us Address: No. 2, Chaoyangmen Nandajie, Chaoyang District, Beijing, 100701 "
            "Tel: 86-10-65961114",
            "中华人民共和国外交部 版权所有 京ICP备06038296号 京公网安备110105002097号",
        ),
    ),
    "gov": Site(
        head=(
            "中国政府网 www.gov.cn",
            "首页 | 国务院 | 新闻 | 政策 | 互动 | 服务 | 数据",
            "当前位置：首页>新闻>要闻",
        ),
        byline=("{iso} 20:11 来源：新华社", "【字体：大 中 小】 打印"),
        inside=("扫一扫在手机打开当前页",),
        tail=(
            "责任编辑：于晓",
            "相关稿件",
            "关于进一步做好冬季供暖工作的通知",
            "回到顶部",
            "国务院客户端小程序",
            "主办单位：国务院办公厅  运行维护单位：中国政府网运行中心",
            "版权所有：中国政府网  网站标识码bm01000001  京ICP备05070218号",
        ),
        publisher="新华社",
    ),
    "embassy": Site(
        head=("您现在的位置：首页 > 使馆新闻", "Home > Embassy News"),
        byline=("{iso} 22:40",),
        inside=("推荐给朋友 | 打印文本 | 关闭窗口",),
        tail=(
            "Suggest to a friend   Print",
            "相关新闻：",
            "大使出席华侨华人中秋晚会",
            "Related stories:",
            "Consulate to close for public holidays",
            "Copyright © 2023 Embassy of the People's Republic of China. All rights reserved.",
        ),
    ),
    "state": Site(
        head=(
            "An official website of the United States Government Here's how you know",
            "Skip to content",
            "Home » Press Releases » China",
            "菜单",
            "搜索",
        ),
        byline=("{chinese} 04:43     美国驻华大使馆网", "阅读时间：5 分钟"),
        inside=("Share this page on:", "Facebook Twitter LinkedIn Email"),
        tail=(
            "By U.S. Mission China | 5 MINUTE READ | {english}",
            "Topics: News, Press Releases",
            "主题：新闻，新闻稿",
            "TAGS",
            "标签：",
            "相关内容",
            "Back to Top",
            "Privacy Policy | Accessibility Statement | FOIA | Contact Us",
            "This is the official website of the U.S. Embassy and Consulates in China. External "
            "links to other Internet sites should not be construed as an endorsement of the views "
            "or privacy policies contained therein.",
            "这是美国驻华大使馆和领事馆的官方网站。其他网站的外部链接不应被视为对其中所含观点或隐私政策的认可。",
        ),
        publisher="美国驻华大使馆网",
    ),
    "daily": Site(
        head=(
            "We use cookies to improve your experience. By continuing you accept our cookies.",
            "本网站使用cookies以改善您的浏览体验。继续浏览即表示您同意我们的隐私政策。",
            "Accept all",
            "接受",
            "World China Business Culture Sports Opinion",
        ),
        byline=(
            "By Zhao Jia | chinadaily.com.cn | Updated: {iso} 14:46",
            "来源：中国日报网 {iso} 14:46",
        ),
        inside=(
            "Spokesperson speaks at a news conference in Beijing. [Photo/Xinhua]",
            "发言人在北京的记者会上讲话。[图片来源/新华社]",
            "Share - WeChat",
        ),
        tail=(
            "If you have any problems with this article, please contact our app feedback channel.",
            "(编辑:王小丽)",
            "Most Viewed in 24 Hours",
            "Editor's Pick",
            "Registration Number: 130349",
            "BACK TO THE TOP",
        ),
        publisher="中国日报网",
    ),
    "repost": Site(
        head=("您的位置：网站首页 > 双语 > 时政双语", "上一篇：领导人元旦贺词双语全文"),
        byline=("作者：佚名    来源：网络转载    点击数：1862    更新时间：{iso}",),
        inside=("[VIP专享]点击下载完整双语文稿", "(图片来源:网络)"),
        tail=(
            "(完)",
            "收藏 | 打印 | 投稿",
            "【免责声明】本文仅代表作者个人观点，与本站无关，请读者仅作参考。",
            "上一篇：领导人元旦贺词双语全文",
            "下一篇：没有了",
            "网友评论（0条）",
            "用户名：",
            "发表评论",
            "Leave a comment",
            "Your email address will not be published. Required fields are marked *",
        ),
        publisher="网络转载",
    ),
    "gazette": Site(
        head=("北方公报", "2023年合订本 第12期"),
        byline=("Published: {english}", "发布日期：{iso}"),
        inside=("— 3 —", "Page 3 of 12"),
        tail=("本期责任编辑：孙立", "Editor-in-charge: Sun Li", "（全文完）", "(The End)"),
        byline_above=True,
    ),
}
