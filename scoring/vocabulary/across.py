"""Chinese characters that look like a word of a list, and are the end of one word and the beginning of the next.

`是一家具有` is "is a … that has", not furniture; `产品和服务` is "products and services", not kimonos. Chinese has no
spaces, so such stretches are known by heart; a stretch is longer than the word it hides, and the longest match wins.
They were found by asking which words of the lists the ends and beginnings of common words make up most often.
"""

_STRETCHES = (
    "家具有 家具备 大家具 国家具 面具有 面具备 道具有 道具备 和服务 和服装 和服饰 "
    "和服从 制服务 西服务 军服务 校服务 队服务 球服务 舞服务 泳服务 国家电 专家电 "
    "国家装 专家装 时装备 选手表 对手表 歌手表 手表示 手表达 代表带 手机会 手机构 "
    "手机制 海报告 海报道 上海报 海运动 海运行 上海运 沿海运 个人台 接发展 接发挥 "
    "接发布 直接发 护发展 开发网 书包括 书包含 证书包 女包括 女包含 里布置 面包括 "
    "面包含 面包装 面包覆 表面包 面条件 如果干 结果干 效果干 现代工 时代工 代工业 "
    "其中药 目前台 出口金 进口金 整经济 已经编 组织带 马鞍山 保护理"
)
ACROSS = tuple(_STRETCHES.split())
