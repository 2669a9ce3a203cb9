import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.ResolvingDecoder;

/**
 * Values as Avro's own implementation reads and writes them, with its conversions of logical types; one JSON object a line of its standard input:
 * {"writer": schema, "reader": schema, "bytes": hex} is answered with {"value"}, {"writer": schema, "value"} with {"bytes"}. Numbers are text, floating ones the hex of their
 * bits, bytes are hex, times are counts in their unit, and a value of a union is [index of the branch, value]. Nanoseconds stay longs: Java's conversions of 1.12.1 change
 * those near the least long.
 *
 * java -cp 'avro/*' Values.java
 */
public class Values {
  private static final ObjectMapper json = new ObjectMapper();
  private static final JsonNodeFactory nodes = JsonNodeFactory.instance;
  private static final GenericData data = new GenericData();

  /** Which branch of a union a value is of; Java itself forgets it. */
  private record Branch(int index, Object value) {}

  public static void main(String[] none) throws Exception {
    // Its fast reader does not ask the Reader below for unions.
    data.setFastReaderEnabled(false);
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    data.addLogicalTypeConversion(new Conversions.UUIDConversion());
    data.addLogicalTypeConversion(new TimeConversions.DateConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimeMicrosConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
    data.addLogicalTypeConversion(new TimeConversions.LocalTimestampMillisConversion());
    data.addLogicalTypeConversion(new TimeConversions.LocalTimestampMicrosConversion());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode question = json.readTree(line);
      ObjectNode answer = json.createObjectNode();
      try {
        Schema writer = new Schema.Parser().parse(question.get("writer").textValue());
        if (question.has("bytes")) answer.set("value", read(writer, question));
        else answer.put("bytes", write(writer, question.get("value")));
      } catch (Exception e) {
        answer.put("error", e.toString());
      }
      out.println(json.writeValueAsString(answer));
    }
    out.flush();
  }

  private static JsonNode read(Schema writer, JsonNode question) throws IOException {
    Schema reader = new Schema.Parser().parse(question.get("reader").textValue());
    byte[] bytes = HexFormat.of().parseHex(question.get("bytes").textValue());
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
    Object value = new Reader(writer, reader).read(null, decoder);
    if (!decoder.isEnd()) throw new IOException("bytes are left over");
    return text(reader, value);
  }

  private static String write(Schema schema, JsonNode value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new Writer(schema).write(value(schema, value), encoder);
    encoder.flush();
    return HexFormat.of().formatHex(out.toByteArray());
  }

  private static class Reader extends GenericDatumReader<Object> {
    Reader(Schema writer, Schema reader) {
      super(writer, reader, data);
    }

    @Override
    protected Object readWithoutConversion(Object old, Schema expected, ResolvingDecoder in) throws IOException {
      if (expected.getType() != Schema.Type.UNION) return super.readWithoutConversion(old, expected, in);
      int index = in.readIndex();
      return new Branch(index, read(null, expected.getTypes().get(index), in));
    }
  }

  private static class Writer extends GenericDatumWriter<Object> {
    Writer(Schema schema) {
      super(schema, data);
    }

    @Override
    protected void writeWithoutConversion(Schema schema, Object datum, Encoder out) throws IOException {
      if (!(datum instanceof Branch branch)) {
        super.writeWithoutConversion(schema, datum, out);
        return;
      }
      out.writeIndex(branch.index);
      write(schema.getTypes().get(branch.index), branch.value, out);
    }
  }

  private static JsonNode text(Schema schema, Object value) {
    if (schema.getLogicalType() != null) return nodes.textNode(logicalText(schema, value));
    switch (schema.getType()) {
      case NULL:
        return nodes.nullNode();
      case BOOLEAN:
        return nodes.booleanNode((Boolean) value);
      case FLOAT:
        return nodes.textNode(Integer.toHexString(Float.floatToIntBits((Float) value)));
      case DOUBLE:
        return nodes.textNode(Long.toHexString(Double.doubleToLongBits((Double) value)));
      case BYTES:
        return nodes.textNode(hex((ByteBuffer) value));
      case FIXED:
        return nodes.textNode(HexFormat.of().formatHex(((GenericFixed) value).bytes()));
      case UNION:
        Branch branch = (Branch) value;
        return nodes.arrayNode().add(branch.index).add(text(schema.getTypes().get(branch.index), branch.value));
      case ARRAY:
        ArrayNode list = nodes.arrayNode();
        for (Object item : (Iterable<?>) value) list.add(text(schema.getElementType(), item));
        return list;
      case MAP:
        ObjectNode map = nodes.objectNode();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) map.set(entry.getKey().toString(), text(schema.getValueType(), entry.getValue()));
        return map;
      case RECORD:
        ObjectNode fields = nodes.objectNode();
        for (Schema.Field field : schema.getFields()) fields.set(field.name(), text(field.schema(), ((GenericRecord) value).get(field.pos())));
        return fields;
      default:
        return nodes.textNode(value.toString());
    }
  }

  private static String logicalText(Schema schema, Object value) {
    switch (schema.getLogicalType().getName()) {
      case "decimal":
        BigDecimal decimal = ((BigDecimal) value).stripTrailingZeros();
        return decimal.signum() == 0 ? "0" : decimal.toPlainString();
      case "time-millis":
        return String.valueOf(((LocalTime) value).toNanoOfDay() / 1_000_000);
      case "time-micros":
        return String.valueOf(((LocalTime) value).toNanoOfDay() / 1_000);
      case "duration":
        ByteBuffer parts = ByteBuffer.wrap(((GenericFixed) value).bytes()).order(ByteOrder.LITTLE_ENDIAN);
        return Integer.toUnsignedString(parts.getInt()) + "," + Integer.toUnsignedString(parts.getInt()) + "," + Integer.toUnsignedString(parts.getInt());
      default:
        if (value instanceof Instant instant) return count(instant, schema.getLogicalType().getName());
        if (value instanceof LocalDateTime local) return count(local.toInstant(ZoneOffset.UTC), schema.getLogicalType().getName());
        return value.toString();
    }
  }

  private static String count(Instant instant, String unit) {
    BigDecimal seconds = BigDecimal.valueOf(instant.getEpochSecond()).add(BigDecimal.valueOf(instant.getNano(), 9));
    return seconds.movePointRight(unit.endsWith("millis") ? 3 : 6).toBigIntegerExact().toString();
  }

  private static Object value(Schema schema, JsonNode node) {
    if (schema.getLogicalType() != null) return logicalValue(schema, node.textValue());
    switch (schema.getType()) {
      case NULL:
        return null;
      case BOOLEAN:
        return node.booleanValue();
      case INT:
        return Integer.valueOf(node.textValue());
      case LONG:
        return Long.valueOf(node.textValue());
      case FLOAT:
        return Float.intBitsToFloat(Integer.parseUnsignedInt(node.textValue(), 16));
      case DOUBLE:
        return Double.longBitsToDouble(Long.parseUnsignedLong(node.textValue(), 16));
      case BYTES:
        return ByteBuffer.wrap(HexFormat.of().parseHex(node.textValue()));
      case FIXED:
        return new GenericData.Fixed(schema, HexFormat.of().parseHex(node.textValue()));
      case ENUM:
        return new GenericData.EnumSymbol(schema, node.textValue());
      case UNION:
        int index = node.get(0).intValue();
        return new Branch(index, value(schema.getTypes().get(index), node.get(1)));
      case ARRAY:
        List<Object> list = new ArrayList<>();
        for (JsonNode item : node) list.add(value(schema.getElementType(), item));
        return list;
      case MAP:
        Map<String, Object> map = new TreeMap<>();
        node.fields().forEachRemaining(entry -> map.put(entry.getKey(), value(schema.getValueType(), entry.getValue())));
        return map;
      case RECORD:
        GenericRecord fields = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) fields.put(field.pos(), value(field.schema(), node.get(field.name())));
        return fields;
      default:
        return node.textValue();
    }
  }

  private static Object logicalValue(Schema schema, String text) {
    switch (schema.getLogicalType().getName()) {
      case "decimal":
        return new BigDecimal(text);
      case "uuid":
        return UUID.fromString(text);
      case "date":
        return LocalDate.parse(text);
      case "time-millis":
        return LocalTime.ofNanoOfDay(Long.parseLong(text) * 1_000_000);
      case "time-micros":
        return LocalTime.ofNanoOfDay(Long.parseLong(text) * 1_000);
      case "duration":
        ByteBuffer parts = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        for (String part : text.split(",")) parts.putInt(Integer.parseUnsignedInt(part));
        return new GenericData.Fixed(schema, parts.array());
      default:
        String unit = schema.getLogicalType().getName();
        if (unit.endsWith("nanos")) return Long.valueOf(text);
        Instant instant = Instant.EPOCH.plus(Long.parseLong(text), unit.endsWith("millis") ? ChronoUnit.MILLIS : ChronoUnit.MICROS);
        return unit.startsWith("local") ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC) : instant;
    }
  }

  private static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
