"""Official prose: sentences such as the papers of a residence dossier hold, made of parts that change."""

import random
import re

from synthetic.text import dates, labels, names, numbers, places

SENTENCES = (
    "Căn cứ Luật Cư trú ngày {date} và các văn bản hướng dẫn thi hành",
    "Căn cứ Nghị định số {number} ngày {date} của Chính phủ quy định chi tiết một số điều của Luật Cư trú",
    "Căn cứ Thông tư số {number} ngày {date} của Bộ trưởng Bộ Công an",
    "Theo đề nghị của ông {name}, sinh năm {year}, thường trú tại {place}",
    "Theo đề nghị của Trưởng Công an {unit}",
    "Hôm nay, ngày {day} tháng {month} năm {year}, tại trụ sở Ủy ban nhân dân {unit}, chúng tôi gồm có",
    "Ông (bà) {name}, sinh ngày {date}, CMND số {cmnd} do Công an tỉnh Sóc Trăng cấp ngày {date}",
    "Bà {name} và ông {name} cùng thỏa thuận lập hợp đồng này với các điều khoản sau đây",
    "Bên chuyển nhượng đồng ý chuyển nhượng cho bên nhận chuyển nhượng toàn bộ quyền sử dụng đất",
    "Thửa đất số {small}, tờ bản đồ số {small}, diện tích {small},{small} m2 (bằng chữ: {words} mét vuông)",
    "Giá chuyển nhượng là {money} đồng, phương thức thanh toán bằng tiền mặt",
    "Xác nhận ông (bà) {name} hiện đang cư trú tại địa phương, chấp hành tốt chủ trương, chính sách của Nhà nước",
    "Nay tôi làm đơn này kính xin Công an {unit} xem xét, giải quyết cho tôi được nhập hộ khẩu",
    "Lý do: {value}; kính mong các cấp xem xét, giúp đỡ, tôi xin chân thành cảm ơn",
    "Tôi xin chịu hoàn toàn trách nhiệm trước pháp luật về lời khai của mình",
    "Chuyển đến nơi thường trú mới: {place}",
    "Quyết định này có hiệu lực kể từ ngày ký; các ông (bà) có tên trên chịu trách nhiệm thi hành",
    "Văn phòng Ủy ban nhân dân, Công an {unit} và đương sự căn cứ quyết định thi hành",
    "Hộ ông {name} gồm có {small} nhân khẩu, trong đó có {small} người từ đủ 14 tuổi trở lên",
    "Giấy chứng nhận kết hôn số {small}, quyển số {small}, đăng ký ngày {date} tại {unit}",
    "Từ năm {year} đến năm {year} sinh sống và làm nghề {value} tại {place}",
    "Người được ủy quyền: {name}, sinh năm {year}, số định danh cá nhân {cccd}",
    "Sau khi nghe đọc lại biên bản, mọi người đều công nhận là đúng và cùng ký tên dưới đây",
    "Trường hợp có tranh chấp, hai bên cùng nhau thương lượng giải quyết trên nguyên tắc tôn trọng quyền lợi của nhau",
    "Nhà ở cấp {small}, kết cấu vách gỗ, mái tôn, nền gạch, diện tích xây dựng {small} m2",
    "Nơi nhận: Như trên; Lưu: VT, PC06. Số {number}",
    "{unit}, ngày {day} tháng {month} năm {year}",
    "Cơ quan đăng ký cư trú thực hiện việc thu thập, cập nhật thông tin vào Cơ sở dữ liệu quốc gia về dân cư",
    "Công dân có quyền được cơ quan có thẩm quyền xác nhận thông tin về cư trú khi có yêu cầu",
    "Hồ sơ gồm tờ khai thay đổi thông tin cư trú và giấy tờ chứng minh chỗ ở hợp pháp",
    "Người làm chứng cam đoan những điều ghi trong văn bản là đúng ý chí của các bên",
    "Đất có nguồn gốc do cha mẹ để lại, sử dụng ổn định từ năm {year} đến nay, không có tranh chấp",
    "Số tiền thuê nhà mỗi tháng là {money} đồng, bên B trả cho bên A vào ngày {day} hằng tháng",
    "Đề nghị Công an {unit} phối hợp xác minh nhân thân của {name} và trả lời bằng văn bản trước ngày {date}",
)
WORDS = (
    "một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|trăm|nghìn|triệu|tỷ|lẻ|mươi|và|của|các|những|được|không|trong|cho|người|"
    "có|là|với|theo|tại|đến|từ|này|khi|về|đã|phải|quyền|nghĩa|vụ|công|dân|nhà|nước|pháp|luật|quy|định|hộ|khẩu|thường|"
    "trú|tạm|đăng|ký|giấy|tờ|chứng|minh|nhân|căn|cước|xác|nhận|đề|nghị|giải|quyết|cơ|quan|ủy|ban|xã|phường|huyện|tỉnh|"
    "thành|phố|thị|trấn|ấp|khóm|đất|đai|sử|dụng|hợp|đồng|chuyển|nhượng|bên|ông|bà|anh|chị|em|con|cháu|vợ|chồng|cha|"
    "mẹ|sinh|sống|làm|việc|nghề|nghiệp|ruộng|vườn|học|trường|lớp|năm|tháng|ngày|trước|sau|trên|dưới|đúng|sự|thật|trách|"
    "nhiệm|cam|đoan|kính|gửi|lý|do|xin|chân|cảm|ơn|hồ|sơ|bản|sao|chính|ngữ|nghiệp|khuyết|tật|thưởng|nguyễn|quyển|thửa|"
    "biển|số|xe|tiền|nợ|vay|ngân|hàng|thuế|phí|lệ|mức|đóng|bảo|hiểm|xã|hội|y|tế|bệnh|viện|chữ|viết|đọc|hiểu|rõ|ràng"
).split("|")


def sentence(rng: random.Random) -> str:
    """One sentence with its blanks filled."""
    ending = rng.choice((".", ".", ";", ",", ""))
    return re.sub(r"\{(\w+)\}", lambda match: _filling(rng, match[1]), rng.choice(SENTENCES)) + ending


def paragraph(rng: random.Random, sentences: int = 4) -> str:
    """Sentences in a row."""
    return " ".join(sentence(rng) for _ in range(sentences))


def _filling(rng: random.Random, slot: str) -> str:
    match slot:
        case "date":
            return dates.written(rng, dates.birth_date(rng, first=1975, last=2025))
        case "name":
            return names.name(rng).full
        case "place":
            return places.address(rng)
        case "unit":
            return rng.choice((places.commune_of(rng).name, rng.choice(places.districts())))
        case "number":
            return numbers.document_number(rng)
        case "cmnd":
            return numbers.old_identity_number(rng)
        case "cccd":
            return numbers.citizen_number(rng, sex=names.sex_of(rng), year=rng.randint(1930, 2005))
        case "year":
            return str(rng.randint(1930, 2025))
        case "month":
            return f"{rng.randint(1, 12):02d}"
        case "day":
            return f"{rng.randint(1, 31):02d}"
        case "money":
            return f"{rng.randint(1, 900)}.{rng.choice(('000', '500'))}.000"
        case "words":
            return " ".join(rng.choice(WORDS[:16]) for _ in range(rng.randint(2, 5)))
        case "value":
            return rng.choice(labels.VALUES).lower()
        case _:
            return str(rng.randint(1, 350))
