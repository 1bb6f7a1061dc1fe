// What Apache Avro's Java classes answer, one JSON line a question.
//
//   in   {"reader": TEXT, "writer": TEXT, "data": [HEX, ...]}
//   out  {"compatible": true, "kinds": [...], "resolves": true, "values": [...]}      a value that fails is {"error": CLASS AND MESSAGE}
//        {"refused": MESSAGE}                                      a schema that does not parse
//
// Values: bytes and fixed {"bytes": HEX}, floats {"float": bits of the double in HEX}, records and maps as objects.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaValidatorBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

public class AvroPeer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(JSON.readTree(line)));
            out.flush();
        }
    }

    private static ObjectNode answer(JsonNode question) {
        ObjectNode answer = NODES.objectNode();
        Schema reader;
        Schema writer;
        try {
            reader = new Schema.Parser().parse(question.get("reader").asText());
            writer = new Schema.Parser().parse(question.get("writer").asText());
        } catch (RuntimeException refused) {
            return answer.put("refused", String.valueOf(refused.getMessage()));
        }
        compare(reader, writer, answer);
        answer.put("resolves", resolves(reader, writer));
        ArrayNode values = answer.putArray("values");
        for (JsonNode hex : question.get("data")) {
            values.add(read(reader, writer, bytes(hex.asText())));
        }
        return answer;
    }

    private static void compare(Schema reader, Schema writer, ObjectNode answer) {
        ArrayNode kinds = answer.putArray("kinds");
        try {
            var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
            answer.put("compatible",
                result.getCompatibility() == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE);
            result.getIncompatibilities().forEach(one -> kinds.add(one.getType().name()));
        } catch (RuntimeException thrown) {
            answer.put("compatible", false);
            kinds.add("THROWN");
        }
    }

    private static boolean resolves(Schema reader, Schema writer) {
        try {
            new SchemaValidatorBuilder().canReadStrategy().validateLatest().validate(reader, List.of(writer));
            return true;
        } catch (Exception | StackOverflowError refused) {
            return false;
        }
    }

    private static JsonNode read(Schema reader, Schema writer, byte[] data) {
        try {
            var decoder = DecoderFactory.get().binaryDecoder(data, null);
            Object value = new GenericDatumReader<Object>(writer, reader).read(null, decoder);
            return decoder.isEnd() ? shown(value) : NODES.objectNode().put("error", "bytes are left");
        } catch (Exception | StackOverflowError error) {
            return NODES.objectNode().put("error", error.getClass().getSimpleName() + ": " + error.getMessage());
        }
    }

    private static JsonNode shown(Object value) {
        if (value == null) {
            return NODES.nullNode();
        } else if (value instanceof Boolean flag) {
            return NODES.booleanNode(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            return NODES.numberNode(((Number) value).longValue());
        } else if (value instanceof Float || value instanceof Double) {
            long bits = Double.doubleToLongBits(((Number) value).doubleValue());
            return NODES.objectNode().put("float", String.format("%016x", bits));
        } else if (value instanceof ByteBuffer buffer) {
            byte[] copy = new byte[buffer.remaining()];
            buffer.duplicate().get(copy);
            return NODES.objectNode().put("bytes", hex(copy));
        } else if (value instanceof GenericFixed fixed) {
            return NODES.objectNode().put("bytes", hex(fixed.bytes()));
        } else if (value instanceof Iterable<?> items) {
            ArrayNode array = NODES.arrayNode();
            items.forEach(item -> array.add(shown(item)));
            return array;
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode object = NODES.objectNode();
            map.forEach((key, one) -> object.set(key.toString(), shown(one)));
            return object;
        } else if (value instanceof GenericRecord record) {
            ObjectNode object = NODES.objectNode();
            record.getSchema().getFields().forEach(field -> object.set(field.name(), shown(record.get(field.pos()))));
            return object;
        }
        return NODES.textNode(value.toString());
    }

    private static byte[] bytes(String hex) {
        byte[] found = new byte[hex.length() / 2];
        for (int i = 0; i < found.length; i++) {
            found[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return found;
    }

    private static String hex(byte[] data) {
        StringBuilder out = new StringBuilder();
        for (byte one : data) {
            out.append(String.format("%02x", one));
        }
        return out.toString();
    }
}
