import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints the committed records of topics, from the beginning to where they end now, one JSON object a line. It knows nothing of Ottla: Kafka's own consumer, Avro's own
 * reader, and the registry's schema for the id that each value begins with. A value in another format is printed as base64 only.
 *
 * java -cp 'avro/*:kafka/*' ReadEvents.java host:port,host:port http://registry topic...
 */
public class ReadEvents {
  private static final ObjectMapper json = new ObjectMapper();
  private static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private static final GenericData data = new GenericData();
  private static final Map<Integer, Schema> schemas = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    data.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    Properties settings = new Properties();
    settings.put("bootstrap.servers", arguments[0]);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : List.of(arguments).subList(2, arguments.length)) {
        consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      // The position, not the last record's offset: the markers of transactions occupy offsets too.
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          System.out.println(json.writeValueAsString(lineOf(record, arguments[1])));
        }
      }
    }
  }

  private static Map<String, Object> lineOf(ConsumerRecord<byte[], byte[]> record, String registry) throws Exception {
    Map<String, Object> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) headers.put(header.key(), text(header.value()));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("topic", record.topic());
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    line.put("timestamp", record.timestamp());
    line.put("key", text(record.key()));
    line.put("headers", headers);
    byte[] value = record.value();
    line.put("bytes", value == null ? null : Base64.getEncoder().encodeToString(value));
    if (value != null && value.length >= 5 && value[0] == 0) {
      Schema schema = schemaOf(ByteBuffer.wrap(value, 1, 4).getInt(), registry);
      Object read = new GenericDatumReader<>(schema, schema, data).read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
      line.put("schema", schema.getFullName());
      line.put("value", plain(read));
    }
    return line;
  }

  private static Schema schemaOf(int id, String registry) throws Exception {
    Schema known = schemas.get(id);
    if (known != null) return known;
    HttpRequest request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).timeout(Duration.ofSeconds(10)).build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) throw new IllegalStateException("The registry answers " + response.statusCode() + " for schema " + id);
    Schema schema = new Schema.Parser().parse(json.readTree(response.body()).get("schema").asText());
    schemas.put(id, schema);
    return schema;
  }

  /** What Jackson can print: records as objects, bytes as base64, other values that are no JSON as their text. */
  private static Object plain(Object value) {
    if (value instanceof GenericRecord record) {
      Map<String, Object> fields = new LinkedHashMap<>();
      for (Schema.Field field : record.getSchema().getFields()) fields.put(field.name(), plain(record.get(field.pos())));
      return fields;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> entries = new LinkedHashMap<>();
      map.forEach((key, entry) -> entries.put(key.toString(), plain(entry)));
      return entries;
    }
    if (value instanceof List<?> list) return list.stream().map(ReadEvents::plain).toList();
    if (value instanceof ByteBuffer buffer) return Base64.getEncoder().encodeToString(buffer.array());
    if (value == null || value instanceof Integer || value instanceof Boolean || value instanceof Float || value instanceof Double) return value;
    return value.toString();
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
