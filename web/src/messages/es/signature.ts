import type { signature as english } from "../en/signature";

export const signature: typeof english = {
  title: "La firma, paso a paso",
  unsigned: "Esta petición no está firmada: la suscripción no tiene secreto. Rote su secreto para crear uno.",
  verified: "Firma verificada",
  verifiedText: "Este navegador calculó la misma firma a partir de la petición registrada y del secreto.",
  wrong: "La firma no coincide",
  wrongText: "El secreto actual de la suscripción produce otra firma. Se rotó después de esta petición, o el cuerpo cambió.",
  computing: "Calculando…",
  notComputed: {
    noSecret: "Su sesión no puede leer el secreto, por lo que se muestran los pasos sin el resultado.",
    noBody: "El servidor ya no tiene el cuerpo de esta petición, por lo que la firma no se puede calcular.",
    insecure: "Los navegadores solo calculan firmas en https y en localhost, por lo que se muestran los pasos sin el resultado.",
    failed: "Este navegador no puede calcular esta firma.",
  },
  standard: "La firma de Standard Webhooks, cuyas bibliotecas la verifican. Todos los perfiles la tienen.",
  own: "Cabecera propia del perfil. Solo cubre el cuerpo, ni el id ni la hora, así que una petición grabada vale para siempre: prefiera webhook-signature.",
  headers: "Lea las cabeceras de la petición.",
  time: "Rechace una hora que diste más de cinco minutos de su reloj, para evitar ataques de repetición. Esta petición se firmó el",
  content: "Una el id, la hora y el cuerpo tal como se recibió, con un punto entre ellos. Este es el texto que se firma:",
  contentOwn: "Tome el cuerpo tal como se recibió. Sus bytes son lo que se firma:",
  key: {
    base64: "Tome la parte del secreto que sigue a whsec_ y descodifíquela de base64: esos bytes son la clave.",
    ed25519: "El secreto empieza por whsk_: es una clave privada ed25519, y los receptores verifican con la clave pública whpk_….",
    text: "Tome el secreto entero como texto: sus bytes UTF-8 son la clave.",
    any: "Prepare la clave: la parte del secreto que sigue a whsec_, descodificada de base64. Un secreto sin whsec_ es la propia clave, en UTF-8.",
  },
  compute: "Calcule el HMAC-SHA256 del texto con esta clave, escríbalo en base64 y anteponga «v1,».",
  computeEd25519: "Firme el texto con ed25519, escriba la firma en base64 y anteponga «v1a,».",
  computeOwn: (prefix) =>
    prefix === ""
      ? "Calcule el HMAC-SHA256 del cuerpo con esta clave y escríbalo en hexadecimal."
      : `Calcule el HMAC-SHA256 del cuerpo con esta clave, escríbalo en hexadecimal y anteponga «${prefix}».`,
  compare: "Compárelo con la cabecera en tiempo constante.",
  compareMany: "Compárelo con cada firma de la cabecera en tiempo constante: hay varias mientras se rota un secreto, y una tiene que coincidir.",
  equal: "Igual",
  different: "Distinta",
  cut: (left) => `… y ${left} caracteres más`,
};
