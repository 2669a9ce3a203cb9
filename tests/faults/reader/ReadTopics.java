import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Kafka's own consumer as a witness: prints every committed record of the topics as a line of JSON, then where each partition begins and ends, then the
 * offsets of the group. Parameters: brokers, group, topics with commas between. Runs also without a build: java -cp 'jars/*' ReadTopics.java …
 */
public class ReadTopics {
  public static void main(String[] arguments) throws Exception {
    var out = new java.io.PrintStream(new java.io.BufferedOutputStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), 1 << 16), false, "UTF-8");
    try (var committed = consumer(arguments[0], "read_committed"); var all = consumer(arguments[0], "read_uncommitted")) {
      var partitions = Arrays.stream(arguments[2].split(",")).flatMap(topic -> committed.partitionsFor(topic).stream())
        .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
      committed.assign(partitions);
      committed.seekToBeginning(partitions);
      var begins = committed.beginningOffsets(partitions);
      var stable = committed.endOffsets(partitions);
      var ends = all.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> committed.position(partition) < stable.get(partition)))
        for (var record : committed.poll(Duration.ofMillis(200))) if (record.offset() < stable.get(new TopicPartition(record.topic(), record.partition()))) out.println(json(record));
      for (var partition : partitions)
        out.printf("{\"end\":{\"topic\":\"%s\",\"partition\":%d,\"begin\":%d,\"stable\":%d,\"end\":%d}}%n", partition.topic(), partition.partition(),
          begins.get(partition), stable.get(partition), ends.get(partition));
    }
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", arguments[0]))) {
      for (var entry : admin.listConsumerGroupOffsets(arguments[1]).partitionsToOffsetAndMetadata().get().entrySet())
        if (entry.getValue() != null)
          out.printf("{\"committed\":{\"topic\":\"%s\",\"partition\":%d,\"offset\":%d}}%n", entry.getKey().topic(), entry.getKey().partition(), entry.getValue().offset());
    }
    out.flush();
  }

  static KafkaConsumer<byte[], byte[]> consumer(String brokers, String isolation) {
    var deserializer = new ByteArrayDeserializer();
    return new KafkaConsumer<>(Map.of("bootstrap.servers", brokers, "isolation.level", isolation, "enable.auto.commit", "false", "max.poll.records", "5000"), deserializer, deserializer);
  }

  static String json(ConsumerRecord<byte[], byte[]> record) {
    var headers = StreamSupport.stream(record.headers().spliterator(), false)
      .map((Header header) -> text(header.key()) + ":" + text(new String(header.value(), StandardCharsets.UTF_8))).collect(Collectors.joining(","));
    return String.format("{\"topic\":\"%s\",\"partition\":%d,\"offset\":%d,\"timestamp\":%d,\"key\":%s,\"value\":%s,\"headers\":{%s}}", record.topic(), record.partition(),
      record.offset(), record.timestamp(), record.key() == null ? "null" : text(new String(record.key(), StandardCharsets.UTF_8)), base64(record.value()), headers);
  }

  static String base64(byte[] bytes) {
    return bytes == null ? "null" : "\"" + Base64.getEncoder().encodeToString(bytes) + "\"";
  }

  static String text(String text) {
    var escaped = new StringBuilder("\"");
    for (var c : text.toCharArray()) escaped.append(c == '"' || c == '\\' ? "\\" + c : c < 32 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
    return escaped.append('"').toString();
  }
}
