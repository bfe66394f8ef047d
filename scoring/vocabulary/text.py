"""One text, several spellings: the keys under which words are filed and looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN = re.compile(f"[{HAN}]")
_TOKEN = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
_ASCII_TOKEN = re.compile("[0-9A-Za-z]+")  # the same in a text of plain letters, in less time
_MARKS = str.maketrans("", "", "®™©\u00ad\u200b\ufeff")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})

# Traditional characters of the trade; a full converter is not worth a dependency.
_PAIRS = (
    "織织 紡纺 絲丝 綢绸 緞缎 紗纱 線线 絨绒 襯衬 褲裤 衛卫 針针 繡绣 縫缝 紉纫 裝装 飾饰 襪袜 領领 帶带 "
    "圍围 頭头 綿绵 纖纤 維维 滌涤 錦锦 綸纶 黏粘 膠胶 萊莱 爾尔 賽赛 銅铜 雞鸡 鵝鹅 鴨鸭 駝驼 馬马 氈毡 "
    "簾帘 單单 傢家 寢寝 廚厨 蓋盖 墊垫 氣气 滾滚 網网 圓圆 機机 橫横 經经 緯纬 編编 數数 碼码 轉转 熱热 "
    "燙烫 複复 壓压 塗涂 層层 後后 處处 檢检 測测 驗验 證证 認认 標标 準准 環环 質质 體体 責责 國国 際际 "
    "製制 設设 計计 樣样 開开 發发 貼贴 賣卖 買买 購购 貿贸 產产 業业 廠厂 場场 專专 協协 會会 務务 運运 "
    "輸输 鐵铁 陸陆 關关 報报 稅税 電电 匯汇 貨货 價价 條条 雙双 個个 張张 長长 寬宽 約约 無无 與与 為为 "
    "兒儿 嬰婴 號号 級级 優优 綠绿 鏈链 創创 獨独 衝冲 內内 結结 構构 滿满 戶户 動动 夾夹 殼壳 風风 龍龙 "
    "絎绗 麗丽 蠶蚕 總总 連连 淺浅 補补 療疗 護护 學学 圖图 備备 辦办 歐欧 亞亚 東东 區区 顯显 誌志 資资 "
    "營营 聯联 蘇苏 紹绍 廣广 寧宁 雲云 倉仓 儲储 遞递 門门 實实 鬆松 緊紧 鏡镜 灣湾 鉤钩 廢废 棄弃 紙纸 "
    "寶宝 頸颈 樹树 鍍镀 銀银 鈕钮 釦扣 燈灯 異异 類类 幾几 華华 慶庆 種种 傳传 統统 禮礼 鑰钥 爐炉 牀床 "
    "裏里 裡里 歲岁 樓楼 縮缩 彈弹 襠裆 縐绉 綾绫 羅罗 綺绮 紋纹 繩绳 鈎钩 鑽钻 鋪铺 衹只 訂订 銷销 麼么 "
    "歷历 試试 紅红 藍蓝 黃黄 鍊链 繫系 輕轻 潔洁 淨净 滅灭 軟软 鋼钢 鋁铝 顏颜 調调 僅仅 應应 間间 們们 "
    "來来 對对 時时 過过 還还 進进 選选 鑲镶 飛飞 術术 藝艺 塊块 麵面 縱纵 組组 細细 給给 絡络 終终 純纯 "
    "紀纪 綜综 續续 緩缓 緣缘 練练 臺台 韓韩 蘭兰 義义 奧奥 愛爱 烏乌 緬缅 "
)
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})


def is_han(text: str) -> bool:
    """Whether there is any Chinese character in `text`."""
    return _HAN.search(text) is not None


def plain(text: str) -> str:
    """One code point per character: NFKC (full-width, ligatures), no trade marks, simplified Chinese; case kept."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_SIMPLIFIED)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Case and accents folded away: `Müller` and `MULLER` both give `muller`, `œ` gives `oe`."""
    if word.isascii():
        return word.lower()
    lowered = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(letter for letter in lowered if not unicodedata.combining(letter))


def clean(text: str) -> str:
    """The strict key: `plain`, case folded, single spaces, one kind of quote and dash, no closing full stop."""
    lowered = plain(text).casefold()
    lowered = re.sub("[’‘`´]", "'", re.sub("[‐‑‒–—−]", "-", lowered))
    return re.sub(r"\s+", " ", lowered).strip(" .,;:!?。、")


def tokens(text: str) -> list[str]:
    """Folded words of `text`; a run of Chinese characters is one word."""
    if text.isascii():
        return _ASCII_TOKEN.findall(text.lower())
    return [fold(word) for word in _TOKEN.findall(plain(text))]


def words_in(text: str) -> Iterator[re.Match[str]]:
    """The words of a `plain` text, one after the other."""
    return (_ASCII_TOKEN if text.isascii() else _TOKEN).finditer(text)


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a `plain` text begin and end."""
    return [match.span() for match in words_in(text)]


def squeeze(text: str) -> str:
    """The loose key: folded words without anything between them, so `T-Shirt`, `t shirt` and `TSHIRT` agree."""
    return "".join(tokens(text))
