import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidationStrategy;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;

/**
 * Avro's own verdicts, one JSON object a line of its standard input: {"reader": text, "writer": text} is answered with the list of incompatibilities,
 * {"schema": text} with whether it is a schema, {"next": text, "versions": [text, ...] (oldest first)} with the verdict of each level.
 *
 * java -cp 'avro/*' Oracle.java
 */
public class Oracle {
  private static final ObjectMapper json = new ObjectMapper();

  public static void main(String[] none) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode question = json.readTree(line);
      ObjectNode answer = json.createObjectNode();
      try {
        if (question.has("reader")) compare(question, answer);
        else if (question.has("next")) judge(question, answer);
        else parse(question.get("schema"));
      } catch (AvroRuntimeException | IllegalArgumentException | NullPointerException e) {
        // The last one is what the parser of 1.12.1 has for a text that is only an unknown name.
        answer.put("error", String.valueOf(e.getMessage()));
      }
      out.println(json.writeValueAsString(answer));
    }
    out.flush();
  }

  private static Schema parse(JsonNode text) {
    return new Schema.Parser().parse(text.textValue());
  }

  private static void compare(JsonNode question, ObjectNode answer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(parse(question.get("reader")), parse(question.get("writer"))).getResult();
    answer.put("compatible", result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE);
    ArrayNode list = answer.putArray("incompatibilities");
    for (Incompatibility each : result.getIncompatibilities()) {
      list.addObject().put("type", each.getType().name()).put("location", each.getLocation()).put("message", each.getMessage());
    }
  }

  private static void judge(JsonNode question, ObjectNode answer) {
    Schema next = parse(question.get("next"));
    List<Schema> newestFirst = new ArrayList<>();
    for (JsonNode version : question.get("versions")) newestFirst.add(0, parse(version));
    SchemaValidationStrategy backward = (toValidate, existing) -> require(toValidate, existing, toValidate, existing);
    SchemaValidationStrategy forward = (toValidate, existing) -> require(existing, toValidate, toValidate, existing);
    SchemaValidationStrategy full = (toValidate, existing) -> {
      backward.validate(toValidate, existing);
      forward.validate(toValidate, existing);
    };
    answer.put("NONE", true);
    put(answer, "BACKWARD", backward, next, newestFirst);
    put(answer, "FORWARD", forward, next, newestFirst);
    put(answer, "FULL", full, next, newestFirst);
  }

  private static void put(ObjectNode answer, String level, SchemaValidationStrategy strategy, Schema next, List<Schema> newestFirst) {
    answer.put(level, holds(new SchemaValidatorBuilder().strategy(strategy).validateLatest(), next, newestFirst));
    answer.put(level + "_TRANSITIVE", holds(new SchemaValidatorBuilder().strategy(strategy).validateAll(), next, newestFirst));
  }

  private static boolean holds(SchemaValidator validator, Schema next, List<Schema> newestFirst) {
    try {
      validator.validate(next, newestFirst);
      return true;
    } catch (SchemaValidationException e) {
      return false;
    }
  }

  private static void require(Schema reader, Schema writer, Schema toValidate, Schema existing) throws SchemaValidationException {
    boolean compatible;
    try {
      compatible = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType() == SchemaCompatibilityType.COMPATIBLE;
    } catch (AvroRuntimeException e) {
      compatible = false; // A field that is several: a registry takes the exception for a refusal.
    }
    if (!compatible) throw new SchemaValidationException(toValidate, existing);
  }
}
